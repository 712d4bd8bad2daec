import type { Scenario } from './scenario.js'

const known: Scenario['before'] = [
  ['A', 'ann'],
  ['B', 'bob']
]

/** Each has two processes that write, and one that reads or stays in reserve. */
export const scenarios: Scenario[] = [
  {
    name: 'the first messages of a dialog, by two processes at once',
    processes: ['A', 'B'],
    before: [],
    clients: [
      { user: 'ann', process: 'A', acts: [{ send: ['a'], id: 'id' }] },
      { user: 'bob', process: 'B', acts: [{ send: ['b'], id: 'id' }] }
    ]
  },
  {
    name: 'two processes that know the dialog, and one that reads',
    processes: ['A', 'B', 'C'],
    before: known,
    clients: [
      { user: 'ann', process: 'A', acts: [{ send: ['a'], id: 'id' }] },
      { user: 'bob', process: 'B', acts: [{ send: ['b'], id: 'id' }] },
      { user: 'bob', process: 'C', acts: [{ follow: 1 }] }
    ]
  },
  {
    name: 'a group of two and a message of another process, read one at a time where they are written',
    processes: ['A', 'B'],
    before: known,
    clients: [
      { user: 'ann', process: 'A', acts: [{ send: ['a1', 'a2'], id: 'id' }] },
      { user: 'bob', process: 'B', acts: [{ send: ['b'] }, { follow: 2 }] }
    ],
    limit: 1
  },
  {
    name: 'one clientMessageId at two processes',
    processes: ['A', 'B', 'C'],
    before: known,
    clients: [
      { user: 'ann', process: 'A', acts: [{ send: ['a'], id: 'id' }] },
      { user: 'ann', process: 'B', acts: [{ send: ['a'], id: 'id' }] },
      { user: 'bob', process: 'C', acts: [{ follow: 1 }] }
    ]
  },
  {
    name: 'a read mark, while another process writes',
    processes: ['A', 'B', 'C'],
    before: known,
    clients: [
      { user: 'ann', process: 'A', acts: [{ send: ['a'], id: 'id' }] },
      { user: 'bob', process: 'B', acts: [{ mark: 'all' }] },
      { user: 'ann', process: 'C', acts: [{ follow: 1 }] }
    ]
  },
  {
    name: 'two messages in turn, and a reader that goes from one process to the other',
    processes: ['A', 'B'],
    before: known,
    clients: [
      {
        user: 'ann',
        process: 'A',
        acts: [
          { send: ['a1'], id: 'id' },
          { send: ['a2'], id: 'id' }
        ]
      },
      { user: 'bob', process: 'B', acts: [{ follow: 1 }, { follow: 1, at: 'A' }] }
    ]
  },
  {
    name: 'a client that has much to read, and a message',
    processes: ['C', 'A'],
    before: [['A', 'ann']],
    readsAll: true,
    clients: [
      { user: 'bob', process: 'C', acts: [{ follow: 1 }] },
      { user: 'ann', process: 'A', acts: [{ send: ['a'], id: 'id' }] }
    ]
  }
]
