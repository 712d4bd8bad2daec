import { type Document, deserialize } from 'bson'

const opCodeAt = 12
const opMsg = 2013
const sectionsAt = 20

/** Reads the document of an OP_MSG. The sections are the document and lists that belong to its fields. */
export function documentOf(frame: Buffer): Document | undefined {
  if (frame.readInt32LE(opCodeAt) !== opMsg) return undefined
  const document: Document = {}
  for (let at = sectionsAt; at < frame.length; ) {
    const isField = frame[at++] === 1
    const end = at + frame.readInt32LE(at)
    Object.assign(document, isField ? fieldOf(frame.subarray(at + 4, end)) : deserialize(frame.subarray(at, end)))
    at = end
  }
  return document
}

function fieldOf(section: Buffer): Document {
  const nameEnd = section.indexOf(0)
  const items: Document[] = []
  for (let at = nameEnd + 1; at < section.length; at += section.readInt32LE(at)) {
    items.push(deserialize(section.subarray(at, at + section.readInt32LE(at))))
  }
  return { [section.toString('latin1', 0, nameEnd)]: items }
}
