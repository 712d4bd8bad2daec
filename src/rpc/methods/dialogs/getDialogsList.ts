import { DialogsSchema, GetDialogsParamsSchema } from '../../../schemas/dialog.js'
import { method } from '../../method.js'
import { assertSlice } from '../../page.js'
import { serializeDialog } from '../../serialize.js'

export default method({
  summary: 'A slice [startIndex, endIndex) of my dialogs, the one with the newest message first.',
  params: GetDialogsParamsSchema,
  result: DialogsSchema,
  returnsPage: true,
  isOnlyDelayed: true,

  async run(slice, { user, db, notifier, maxPageItems }) {
    assertSlice(slice, maxPageItems)
    const dialogs = await db.dialogs.list(user._id, slice.startIndex, slice.endIndex)
    return dialogs.map((dialog) => serializeDialog(dialog, user, notifier))
  }
})
