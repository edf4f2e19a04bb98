import ipaddr from 'ipaddr.js'
import { z } from 'zod'
import { MAX_FRAME_BYTES } from '../protocol/limits.ts'
import { list, numeric, option } from './option.ts'

const count = () => numeric(z.int('must be a whole number').min(0, 'must not be negative'))

/** An origin of web pages, or all of them. */
export const Origin = z
  .string()
  .refine(
    (text) => text === '*' || (URL.canParse(text) && new URL(text).origin === text),
    'must be origins like https://chat.example.org, or *',
  )

const HostName = z
  .string()
  .refine(
    (text) => text === '*' || /^([\w.-]+|\[[\da-f:.]+\])$/i.test(text),
    'must be names like chat.example.org, without a port, or *',
  )
  .transform((text) => text.toLowerCase())

const AddressRange = z
  .string()
  .refine(
    (text) => ipaddr.isValid(text) || ipaddr.isValidCIDR(text),
    'must be addresses or ranges like 10.0.0.0/8',
  )

/** The options of `chatws serve` that limit connections, frames and requests. */
export const limitOptions = {
  allowOrigins: option(list(Origin).default([]), {
    flag: '--allow-origins <list>',
    env: 'CHATWS_ALLOW_ORIGINS',
    description: "origins of web pages that may connect, besides the server's own; * for all",
  }),
  allowHosts: option(list(HostName).default([]), {
    flag: '--allow-hosts <list>',
    env: 'CHATWS_ALLOW_HOSTS',
    description:
      'names besides localhost that it may be asked for under while anyone may be anyone; * for all',
  }),
  trustedProxies: option(list(AddressRange).default([]), {
    flag: '--trusted-proxies <list>',
    env: 'CHATWS_TRUSTED_PROXIES',
    description: 'addresses and ranges whose X-Forwarded-For and -Host are believed',
  }),
  maxConnections: option(count().default(0), {
    flag: '--max-connections <number>',
    env: 'CHATWS_MAX_CONNECTIONS',
    description: 'open connections in all; 0: as many as there are descriptors (ulimit -n)',
  }),
  maxConnectionsPerAddress: option(count().default(1_000), {
    flag: '--max-connections-per-address <number>',
    env: 'CHATWS_MAX_CONNECTIONS_PER_ADDRESS',
    description: 'open connections of one address (IPv6: /64), but for this machine; 0: no limit',
  }),
  chatsPerDay: option(count().default(200), {
    flag: '--chats-per-day <number>',
    env: 'CHATWS_CHATS_PER_DAY',
    description: 'chats that a user may make within 24 hours, direct ones too; 0: no limit',
  }),
  maxConnectionsPerUser: option(count().default(1_000), {
    flag: '--max-connections-per-user <number>',
    env: 'CHATWS_MAX_CONNECTIONS_PER_USER',
    description: 'open connections of one user; 0: no limit',
  }),
  connectionRate: option(count().default(50), {
    flag: '--connection-rate <number>',
    env: 'CHATWS_CONNECTION_RATE',
    description: 'new connections of one address a second, four times that at once; 0: no limit',
  }),
  messageRate: option(count().default(1_000), {
    flag: '--message-rate <number>',
    env: 'CHATWS_MESSAGE_RATE',
    description: 'frames of one user a second, five times that at once; 0: no limit',
  }),
  httpRate: option(count().default(100), {
    flag: '--http-rate <number>',
    env: 'CHATWS_HTTP_RATE',
    description:
      'HTTP requests of one address or user a second, five times that at once; 0: no limit',
  }),
  maxContentLength: option(
    numeric(
      z
        .int('must be a whole number')
        .min(1, 'must be at least 1')
        .max(MAX_FRAME_BYTES, `must be ${MAX_FRAME_BYTES} at most: no frame is larger`),
    ).default(MAX_FRAME_BYTES),
    {
      flag: '--max-content-length <number>',
      env: 'CHATWS_MAX_CONTENT_LENGTH',
      description: "characters of a message; a frame's 64 KiB hold no more than the default",
    },
  ),
}
