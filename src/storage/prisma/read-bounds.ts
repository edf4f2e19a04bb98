import type { ChatKind } from '../../protocol/chat.ts'
import { MAX_REACTIONS, MAX_READ_BYTES, REACTION_BYTES } from '../store.ts'
import { TABLES } from './dialect.ts'

const MESSAGE_SIZE = 'octet_length(m.content) + COALESCE(octet_length(m.file_paths), 0)'

/** What each is read with: the content of its message, if it has it. */
const EVENT_SIZE = 'COALESCE(octet_length(c.content), octet_length(s.content), 0)'

/** Joins to an edit the message that has its content. */
export const EVENT_JOINS = `
    LEFT JOIN messages AS c ON e.type = 'edit' AND e.kind = 'chat' AND c.id = e.message_id
    LEFT JOIN support_messages AS s ON e.type = 'edit' AND e.kind = 'support'
      AND s.id = e.message_id`

/**
 * The table `bound`, whose `last` is the last offset above `after` that is read at once. Databases
 * know the size of a text without reading it.
 */
export function boundAfter({ after, limit }: { after: string; limit: string }): string {
  const sizes = (columns: string, alias: string) => `
    SELECT * FROM (SELECT ${columns} WHERE ${alias}."offset" > ${after}
      ORDER BY ${alias}."offset" LIMIT ${limit}) AS ${alias}_sizes`
  const messages = (kind: ChatKind) =>
    sizes(`m."offset" AS place, ${MESSAGE_SIZE} AS size FROM ${TABLES[kind].table} AS m`, 'm')
  const events = sizes(
    `e."offset" AS place, ${EVENT_SIZE} AS size FROM log_events AS e ${EVENT_JOINS}`,
    'e',
  )
  return bound(
    `${messages('chat')} UNION ALL ${messages('support')} UNION ALL ${events}
      ORDER BY place LIMIT ${limit}`,
    'ASC',
  )
}

/** The same of a chat's messages: the last id below `below`, of those of which `more` holds. */
export function boundBelow(
  kind: ChatKind,
  { chat, below, limit, more = '' }: { chat: string; below: string; limit: string; more?: string },
): string {
  const { table, chatColumn } = TABLES[kind]
  const reactions = `(SELECT count(*) FROM (SELECT 1 FROM reactions AS r
      WHERE r.kind = '${kind}' AND r.message_id = m.id LIMIT ${MAX_REACTIONS}) AS given)`
  return bound(
    `SELECT m.id AS place, ${MESSAGE_SIZE} + ${REACTION_BYTES} * ${reactions} AS size
      FROM ${table} AS m WHERE m.${chatColumn} = ${chat} AND m.id < ${below} ${more}
      ORDER BY m.id DESC LIMIT ${limit}`,
    'DESC',
  )
}

function bound(sizes: string, direction: 'ASC' | 'DESC'): string {
  const last = direction === 'ASC' ? 'max' : 'min'
  return `sized AS (${sizes}),
    summed AS (SELECT place, sum(size) OVER (ORDER BY place ${direction}) - size AS before FROM sized),
    bound AS (SELECT ${last}(place) AS last FROM summed WHERE before < ${MAX_READ_BYTES})`
}
