import { refusal } from '../net/refusal.js'
import { changeSelf } from '../state/session.js'

export function createProfileActions({ store, rpc, http }) {
  let uploaded = { file: undefined, img: '' }

  /** Uploads a picture once, even if the user submits again with a corrected name. */
  async function upload(file) {
    if (file && uploaded.file !== file) uploaded = { file, img: await http.uploadImage(file) }
    return file ? uploaded.img : ''
  }

  return {
    /** @param wish `{firstName, lastName, file}`; a file only if the picture changes */
    async save({ firstName, lastName, file }) {
      const { self } = store.get()
      assertNamed({ firstName, lastName }, self)
      const img = await upload(file)
      const changes = [firstName === self.firstName ? '' : firstName, lastName === self.lastName ? '' : lastName, img]
      if (changes.every((change) => change === '')) return
      store.update(changeSelf(await rpc.call('setSelfInfo', ...changes)))
    }
  }
}

/** Refuses to empty a name: the server takes an empty name as no change. A name that is empty already may stay so. */
function assertNamed(names, self) {
  const [empty] = Object.entries(names).find(([field, name]) => name === '' && self[field] !== '') ?? []
  if (empty) throw refusal('InvalidParamsError', { path: `/${empty}` })
}
