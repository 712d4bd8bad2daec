import { refusal } from '../net/refusal.js'
import { changeSelf } from '../state/session.js'

export function createProfileActions({ store, rpc, http }) {
  let uploaded = { file: undefined, img: '' }

  /** A picture that is stored already is not sent again when only the name had to be corrected. */
  async function upload(file) {
    if (file && uploaded.file !== file) uploaded = { file, img: await http.uploadImage(file) }
    return file ? uploaded.img : ''
  }

  return {
    /** @param wish `{firstName, lastName, file}`, the file only where the picture is to change */
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

/** The server would take an empty name for one that stays as it is; somebody with one name has no other. */
function assertNamed(names, self) {
  const [empty] = Object.entries(names).find(([field, name]) => name === '' && self[field] !== '') ?? []
  if (empty) throw refusal('InvalidParamsError', { path: `/${empty}` })
}
