import { showAvatar } from './controls/avatar.js'
import { byId } from './controls/elements.js'
import { createForm } from './controls/form.js'

/** Shows the dialog for changing the own name and picture. Its form is in the document only while the dialog is open. */
export function showProfile({ store, profile }) {
  const dialog = byId('profile')
  const node = byId('profile-form')
  const { firstName, lastName, img: file } = node.elements
  const picture = byId('profile-picture')
  let previewUrl

  function showChosen() {
    if (previewUrl) URL.revokeObjectURL(previewUrl)
    previewUrl = file.files[0] && URL.createObjectURL(file.files[0])
    showAvatar(picture, store.get().self, previewUrl)
  }

  const form = createForm(node, async () => {
    await profile.save({ firstName: firstName.value.trim(), lastName: lastName.value.trim(), file: file.files[0] })
    dialog.close()
  })

  byId('show-profile').addEventListener('click', () => {
    const { self } = store.get()
    node.reset()
    form.clear()
    firstName.value = self.firstName
    lastName.value = self.lastName
    lastName.required = self.lastName !== ''
    showChosen()
    dialog.append(node)
    dialog.showModal()
  })
  byId('profile-cancel').addEventListener('click', () => dialog.close())
  dialog.addEventListener('close', () => node.remove())
  file.addEventListener('change', showChosen)

  node.remove()
  store.watch(
    ({ phase }) => ({ phase }),
    ({ phase }) => phase === 'entry' && dialog.close()
  )
}
