import type { Methods } from './method.js'
import findUsers from './methods/findUsers.js'
import findUsersByTag from './methods/findUsersByTag.js'
import getDialogsList from './methods/getDialogsList.js'
import getMessagesBySeq from './methods/getMessagesBySeq.js'
import getMessagesWithUser from './methods/getMessagesWithUser.js'
import getSelfInfo from './methods/getSelfInfo.js'
import getUpdates from './methods/getUpdates.js'
import markMessagesWithUserAsRead from './methods/markMessagesWithUserAsRead.js'
import sendMessageToUser from './methods/sendMessageToUser.js'
import setSelfInfo from './methods/setSelfInfo.js'

/** The API at a glance. */
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
