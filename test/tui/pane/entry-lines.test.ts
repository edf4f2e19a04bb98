import { expect, it } from 'vitest'
import { entryLines } from '../../../src/tui/pane/entry-lines.ts'
import { message } from './message.ts'

it('a quote follows its message, whatever the times of its edits say', () => {
  const answer = message(2, 'answer', { reply_to: 1 })
  const quoted = (content: string) => {
    const repliedTo = message(1, content, { edited_at: '2024-01-01T12:00:00.000Z' })
    const context = {
      userId: 1,
      receipt: '',
      isOpen: true,
      isSelected: false,
      mentions: [],
      nameOf: String,
    }
    return entryLines(answer, 80, { ...context, repliedTo }).join('\n')
  }
  expect(quoted('before')).toContain('before')
  expect(quoted('after')).toContain('after')
})
