import type { Test } from 'tap'
import type { Dialog } from '../../../src/schemas/dialog.js'
import type { Device } from '../device.js'
import type { MessengerProcess } from '../messengerProcess.js'
import { checkDialog, updatesSince } from './truth.js'

export interface Person {
  tag: string
  cookie: string
  device: Device
  /** Cursor before the deed. */
  cursor: string
}

export interface Scene {
  ann: Person
  bob: Person
}

/** An action in the dialog of Ann and Bob, during which the server is killed. */
export interface Deed {
  name: string
  /** Texts that Ann has sent before. */
  before: string[]
  run(scene: Scene): Promise<unknown>
  /** Whether a second attempt has no second effect. */
  isRepeatable: boolean
  /** Expected state after the deed. */
  after: { texts?: string[]; readSeq?: number; firstName?: string }
}

export const say = ({ device }: Person, { tag }: Person, text: string, clientMessageId?: string) =>
  device.call('sendMessageToUser', { receiverTag: tag, text, clientMessageId })

export const read = ({ device }: Person, { tag }: Person, upToSeq?: number) =>
  device.call('markMessagesWithUserAsRead', { senderTag: tag, upToSeq })

export async function beginScene(messenger: MessengerProcess, number: string, before: string[]): Promise<Scene> {
  const signUp = async (name: string) => {
    const cookie = await messenger.signUp(`${name}${number}`)
    const device = await messenger.connect(cookie)
    return { tag: `@${name}${number}`, cookie, device, cursor: '' }
  }
  const scene = { ann: await signUp('ann'), bob: await signUp('bob') }
  for (const text of before) await say(scene.ann, scene.bob, text)
  for (const person of Object.values(scene)) {
    const { cursor } = await person.device.call<{ cursor: string }>('getUpdates', {})
    person.cursor = cursor
  }
  return scene
}

/** Checks everything that both users can see. */
export async function checkScene(t: Test, scene: Scene, deed: Deed, isDone: boolean) {
  await checkSight(t, scene.ann, scene, { deed, isDone })
  await checkSight(t, scene.bob, scene, { deed, isDone })
}

async function checkSight(t: Test, person: Person, { ann, bob }: Scene, { deed, isDone }: Outcome) {
  const { texts = [], readSeq = 0, firstName } = deed.after
  const { device, cursor, tag } = person
  const dialogs = await device.call<Dialog[]>('getDialogsList', [0, 9])
  const history = (await Promise.all(dialogs.map((dialog) => checkDialog(t, device, dialog)))).flat()
  const known = history.map(({ text }) => text)
  const missing = [...deed.before, ...(isDone ? texts : [])].filter((text) => !known.includes(text))
  t.same(missing, [], `${tag} has everything`)
  t.equal(new Set(known).size, known.length, 'once')

  const updates = await updatesSince([device], cursor, 1)
  const told = updates.messages.map(({ text }) => text)
  t.same(told, known.slice(deed.before.length), `${tag} is told of what is new`)
  if (readSeq > 0) {
    const mark = person === bob ? { readSeq } : { peerReadSeq: readSeq }
    t.match(dialogs, [mark], 'and of what Bob has read')
    t.match([...updates.dialogs.values()], [mark])
  }
  if (firstName) t.match(updates.users.get(ann.tag), { firstName }, 'and of the name')
}

interface Outcome {
  deed: Deed
  isDone: boolean
}
