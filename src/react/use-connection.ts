'use client'

import { Connection, type ShownConnection } from '../view/connection.ts'
import { useChat } from './chatws-provider.tsx'
import { useTracked } from './use-readable.ts'

/** Where the connection stands. */
export function useConnection(): ShownConnection {
  return useTracked(useChat().part(Connection).shown)
}
