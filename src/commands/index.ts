import { adopt, adoptUsage } from './adopt/index.js'
import { backup, backupUsage } from './backup/backup.js'
import { restore, restoreUsage } from './backup/restore.js'
import { copy, copyUsage } from './copy/index.js'

interface Command {
  usage: string
  does: string
  run(args: string[], print: (line: string) => void): Promise<void>
}

/** The commands of the program, by name. */
const commands: Record<string, Command> = {
  backup: {
    usage: backupUsage,
    does: 'Writes a backup of the SQLite database to a new file. The server may run meanwhile.',
    run: backup
  },
  restore: {
    usage: restoreUsage,
    does: 'Puts a backup in the place of the SQLite database, which is kept. Stop the server first.',
    run: restore
  },
  copy: { usage: copyUsage, does: 'Makes an empty store a copy of another one.', run: copy },
  adopt: { usage: adoptUsage, does: 'Turns a legacy MongoDB database into one of this server.', run: adopt }
}

const shortUsages = Object.values(commands).map(({ usage }) => usage.replace(/,.*/, ''))

/** @throws {Error} when there is no such command. The message omits the name, which may be a URL with a password. */
export function findCommand(name: string): Command {
  const command = Object.hasOwn(commands, name) && commands[name]
  if (command) return command
  const kind = name.startsWith('-') ? 'option' : 'command'
  throw new Error(`There is no such ${kind}. Usage: messenger-server [--help | --version], ${shortUsages.join(', ')}`)
}

/** Returns the help of a command; without a name, of the whole program. */
export function helpOf(name: string | undefined): string {
  if (name === undefined) return help
  const { usage, does } = findCommand(name)
  return `Usage: ${usage}\n\n${does}`
}

const help = `Usage:
  messenger-server
      Starts the server.
${Object.values(commands)
  .map(({ does }, index) => `  ${shortUsages[index]}\n      ${does}\n`)
  .join('')}  messenger-server --help | --version
      Prints this text, or that of a command that is named, or the version.

The settings are in config.json in the current folder, and in the environment.`
