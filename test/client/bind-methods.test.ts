import { expect, it } from 'vitest'
import { bindMethods } from '../../src/client/bind-methods.ts'
import { Conversation } from '../../src/client/conversation.ts'
import { createScriptedClient } from './scripted-client.ts'

it('each method of a client works when it is passed on by itself', async () => {
  const scripted = createScriptedClient()
  const { connect, close, on, history, typing } = scripted.client
  const states: string[] = []
  on('status', ({ state }) => states.push(state))
  connect()
  scripted.socket.greet()
  typing({ chat_id: 1 }, true)
  const asked = history({ chat_id: 1 })
  close()
  await expect(asked).rejects.toMatchObject({ code: 'CONNECT_FAILED' })
  expect(states).toEqual(['connecting', 'open', 'closed'])
})

it('each method of a conversation does', () => {
  const { messages, chats, users } = new Conversation()
  expect([...messages({ chat_id: 1 }), ...chats(), ...users()]).toEqual([])
})

it('methods of what an object inherits are bound, and what it overrides stays', () => {
  class Base {
    name() {
      return 'base'
    }
    greet() {
      return this.name()
    }
  }
  class Derived extends Base {
    constructor() {
      super()
      bindMethods(this)
    }
    override name() {
      return 'derived'
    }
  }
  const { greet } = new Derived()
  expect(greet()).toBe('derived')
})
