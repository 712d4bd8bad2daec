import type { Methods } from './method.js'
import getSelfInfo from './methods/accounts/getSelfInfo.js'
import setSelfInfo from './methods/accounts/setSelfInfo.js'
import getDialogsList from './methods/dialogs/getDialogsList.js'
import getMessagesBySeq from './methods/messages/getMessagesBySeq.js'
import getMessagesWithUser from './methods/messages/getMessagesWithUser.js'
import getUpdates from './methods/messages/getUpdates.js'
import markMessagesWithUserAsRead from './methods/messages/markMessagesWithUserAsRead.js'
import sendMessageToUser from './methods/messages/sendMessageToUser.js'
import findUsers from './methods/users/findUsers.js'
import findUsersByTag from './methods/users/findUsersByTag.js'

/** The methods of the API by name. */
export const methods = {
  getSelfInfo,
  setSelfInfo,
  sendMessageToUser,
  getDialogsList,
  getMessagesWithUser,
  getMessagesBySeq,
  markMessagesWithUserAsRead,
  getUpdates,
  findUsersByTag,
  findUsers
} satisfies Methods
