import { isText, type OldCollections, type Reason, reasons } from './legacy.js'

/** Prints the state of the database. It reads the database alone, so the report is complete after interrupted runs. */
export async function report(
  { users, conversations, messages, leftOut }: OldCollections,
  print: (line: string) => void
): Promise<void> {
  const adopted = [users, conversations, messages].map((collection) => collection.countDocuments())
  const [people, dialogs, texts] = await Promise.all(adopted)
  print(`Adopted: ${people} users, ${dialogs} dialogs, ${texts} messages.`)
  for await (const { _id, tag, formerTag } of users.find({ formerTag: { $exists: true } })) {
    print(`The user ${_id} is now ${tag}: ${formerTag} belongs to an older account, or is not a valid tag.`)
  }
  for await (const { tag, email, formerEmail } of users.find({ formerEmail: { $exists: true } })) {
    print(`${tag} now logs in with ${email}: ${formerEmail} belongs to an older account.`)
  }
  for (const { collectionName: from } of [users, conversations, messages]) {
    for (const [why, words] of Object.entries(reasons)) {
      const count = await leftOut.countDocuments({ '_id.from': from, why: why as Reason })
      if (count > 0) print(`Left out: ${from} ${words}: ${count}`)
    }
  }
  for await (const { _id, document } of leftOut.find({ '_id.from': users.collectionName })) {
    print(`The user ${_id._id} is left out: ${[document.tag, document.email].filter(isText).join(', ')}.`)
  }
  if ((await leftOut.countDocuments({}, { limit: 1 })) > 0) print('What is left out is in the collection leftOut.')
}
