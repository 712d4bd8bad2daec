import t from 'tap'
import { methods } from '../../src/rpc/index.js'
import { LoginBodySchema, SignupBodySchema } from '../../src/schemas/account.js'
import { ConfigSchema } from '../../src/schemas/config/index.js'
import { notifications } from '../../src/schemas/notification.js'

interface Schema {
  pattern?: string
  maxLength?: number
}

// Maximum size of a frame, which is the bound where a schema has no maximum length.
const longest = 65_536
const roundsOfShortOnes = 1000

/** Returns every part of some schemas that has a pattern. */
function* patternsIn(schema: unknown): Generator<Required<Schema>> {
  if (typeof schema !== 'object' || schema === null) return
  const { pattern, maxLength = longest } = schema as Schema
  if (typeof pattern === 'string') yield { pattern, maxLength }
  for (const part of Object.values(schema)) yield* patternsIn(part)
}

const everything = [Object.values(methods), SignupBodySchema, LoginBodySchema, ConfigSchema, notifications]
const lengthOf = new Map([...patternsIn(everything)].map(({ pattern, maxLength }) => [pattern, maxLength]))

// Beginnings after which a pattern can go on in more than one way.
const beginnings = ['', '@', '@a', 'A', 'a@', 'http://', 'mongodb+srv://', '漢']
const pieces = [
  'a',
  'A',
  'a ',
  "a'",
  "'",
  ' ',
  '-',
  'a-',
  '@',
  'a@',
  '.',
  '0',
  '_',
  'ʻ',
  '\u0301',
  'a\u0301',
  'А',
  '漢',
  '漢 ',
  'ㄅ',
  'a.',
  '.',
  'ව්\u200d',
  'ی\u200c',
  'ی\u0651',
  '\u200c',
  'ʻa',
  "'t ",
  '\u00fc.'
]
const ends = ['', '!', '\n', 'А']

function* textsOf(length: number): Generator<string> {
  for (const beginning of beginnings) {
    for (const piece of pieces) {
      const text = beginning + piece.repeat(length)
      for (const end of ends) yield text.slice(0, length - end.length) + end
    }
  }
}

t.test('no text makes a check take long', async (t) => {
  t.ok(lengthOf.size >= 8, 'there are patterns')
  for (const [pattern, maxLength] of lengthOf) {
    const check = new RegExp(pattern, 'u')
    const rounds = Math.ceil(roundsOfShortOnes / maxLength)
    let checks = 0
    for (const text of textsOf(maxLength)) {
      for (let round = 0; round < rounds; round++) check.test(text)
      checks += rounds
    }
    t.ok(checks > 0, `${checks} times ${pattern.slice(0, 60)}`)
  }
})
