import type { Scenario } from './scenario.js'

export const scenarios: Scenario[] = [
  {
    name: 'the first messages of a dialog, by two processes at once',
    processes: ['A', 'B'],
    before: [],
    clients: [
      { user: 'ann', process: 'A', acts: [{ send: ['a'] }] },
      { user: 'bob', process: 'B', acts: [{ send: ['b'] }] }
    ]
  },
  {
    name: 'two processes that know the dialog',
    processes: ['A', 'B', 'C'],
    before: [
      ['A', 'ann'],
      ['B', 'bob'],
      ['A', 'ann']
    ],
    clients: [
      { user: 'ann', process: 'A', acts: [{ send: ['a'], id: 'id' }] },
      { user: 'bob', process: 'B', acts: [{ send: ['b'], id: 'id' }] },
      { user: 'bob', process: 'C', acts: [{ follow: 1 }] }
    ]
  }
]
