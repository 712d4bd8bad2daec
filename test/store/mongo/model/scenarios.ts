import type { Scenario } from './scenario.js'

const known: Scenario['before'] = [
  ['A', 'ann'],
  ['B', 'bob']
]

export const muchToRead = 'a client that has much to read, and a message'

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
    isLong: true,
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
    isLong: true,
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
    name: 'read marks at two processes, of which one writes',
    isLong: true,
    processes: ['A', 'B'],
    before: known,
    clients: [
      { user: 'ann', process: 'A', acts: [{ send: ['a'], id: 'id' }, { follow: 1 }] },
      { user: 'bob', process: 'B', acts: [{ mark: 'all' }] },
      { user: 'bob', process: 'A', acts: [{ mark: 1 }] }
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
      { user: 'bob', process: 'B', acts: [{ follow: 2 }, { follow: 1, at: 'A' }] }
    ]
  },
  {
    name: 'a process goes on in a dialog in which another one has written first',
    processes: ['B', 'A'],
    before: known,
    clients: [
      { user: 'bob', process: 'B', acts: [{ send: ['b'], id: 'id' }] },
      { user: 'ann', process: 'A', acts: [{ send: ['a'], id: 'id' }] }
    ]
  },
  {
    name: muchToRead,
    processes: ['C', 'A'],
    before: [['A', 'ann']],
    readsAll: true,
    clients: [
      { user: 'bob', process: 'C', acts: [{ follow: 1 }] },
      { user: 'ann', process: 'A', acts: [{ send: ['a'], id: 'id' }] }
    ]
  }
]
