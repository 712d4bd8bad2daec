import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import { findFreePort } from './mongod.js'

/** Reason to skip tests that need nginx; false to run them. */
export const withoutNginx =
  ['nginx', 'openssl'].some((tool) => spawnSync(tool, ['-v']).error) && 'The tests behind nginx were skipped: no nginx.'

export interface Nginx {
  port: number
  /** Certificate that clients have to trust. */
  ca: Buffer
}

/**
 * Starts nginx with a configuration for its `http` block. It ends with the test. Only the ports and files of the text change.
 *
 * @throws {Error} with what `nginx -t` says
 */
export async function startNginx(t: Test, block: string, serverUrl: string): Promise<Nginx> {
  const dir = mkdtempSync(join(tmpdir(), 'nginx-'))
  t.teardown(() => rmSync(dir, { recursive: true }))
  makeCertificate(dir)
  const port = await findFreePort()
  const conf = join(dir, 'nginx.conf')
  const own = block
    .replace('listen 443', `listen 127.0.0.1:${port}`)
    .replace('server 127.0.0.1:8000', `server ${new URL(serverUrl).host}`)
    .replaceAll('/etc/ssl/', `${dir}/`)
  writeFileSync(conf, wrap(dir, own))

  const { status, stderr } = spawnSync('nginx', ['-t', '-e', 'stderr', '-c', conf])
  if (status !== 0) throw new Error(String(stderr))
  const child = spawn('nginx', ['-e', 'stderr', '-c', conf])
  child.stderr.resume()
  t.teardown(async () => {
    const ended = once(child, 'exit')
    if (child.kill('SIGTERM')) await ended
  })
  while (!(await accepts(port))) if (child.exitCode !== null) throw new Error('nginx has ended.')
  return { port, ca: readFileSync(join(dir, 'messenger.crt')) }
}

/** Wraps the block in the relevant parts of Debian's nginx.conf, for one process without other privileges. */
const wrap = (dir: string, block: string) => `
  daemon off;
  master_process off;
  pid ${dir}/pid;
  error_log stderr;
  events {}
  http {
    access_log off;
    client_body_temp_path ${dir}/body;
    proxy_temp_path ${dir}/proxy;
    fastcgi_temp_path ${dir}/fastcgi;
    uwsgi_temp_path ${dir}/uwsgi;
    scgi_temp_path ${dir}/scgi;
    ${block}
  }
`

function makeCertificate(dir: string) {
  const names = ['-subj', '/CN=messenger.example.org', '-addext', 'subjectAltName=DNS:messenger.example.org']
  const files = ['-keyout', join(dir, 'messenger.key'), '-out', join(dir, 'messenger.crt')]
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
  const { status, stderr } = spawnSync('openssl', ['req', ...kind, ...names, ...files])
  if (status !== 0) throw new Error(String(stderr))
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  const outcome = await Promise.race([
    once(socket, 'connect').then(() => true),
    once(socket, 'error').catch(() => false)
  ]).catch(() => false)
  socket.destroy()
  return outcome === true
}
