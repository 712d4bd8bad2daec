import type { Test } from 'tap'
import { testClientMessageIds } from './clientMessageIds.js'
import { testDialogs } from './dialogs.js'
import { testImages } from './images.js'
import { testLastSeen } from './lastSeen.js'
import { testReadMarks } from './marks.js'
import { testMessages } from './messages.js'
import { invitePeople, type OpenStore, type WithPeople } from './people.js'
import { testReopening } from './reopening.js'
import { testSecret } from './secret.js'
import { testSessions } from './sessions.js'
import { testUpdates } from './updates.js'
import { testUserSearch } from './userSearch.js'
import { testUsers } from './users.js'

/** Tests the promises of every store. `prepare` gives each test an empty store of its own. */
export function testStore(t: Test, prepare: (t: Test) => OpenStore): void {
  const withPeople: WithPeople = (t, observer) => invitePeople(prepare(t), observer)

  testUsers(t, withPeople)
  testUserSearch(t, withPeople)
  testLastSeen(t, withPeople)
  testMessages(t, withPeople)
  testClientMessageIds(t, withPeople)
  testDialogs(t, withPeople)
  testReadMarks(t, withPeople)
  testUpdates(t, withPeople)
  testImages(t, withPeople)
  testSecret(t, withPeople)
  testSessions(t, withPeople)
  testReopening(t, withPeople)
}
