import type { Server } from 'node:http'
import type { Duplex } from 'node:stream'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { ChatwsError, type ErrorCode } from '../../protocol/error.ts'
import { readToken } from '../auth/request-token.ts'
import { answerSocket, type BareAnswer } from '../limits/http-refusal.ts'
import type { Refusals } from '../telemetry/refusals.ts'
import type { ServerLog } from '../telemetry/server-log.ts'

/** What an HTTP request gets that is not granted: the code is stable, the message for people. */
export const HttpErrorBody = z.object({ code: z.string(), message: z.string() })

/** Error code → the status of a response that carries it; every other is a fault of the server. */
const STATUS: Partial<Record<ErrorCode, number>> = {
  INVALID_REQUEST: 400,
  UNAUTHORIZED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  REQUEST_TIMEOUT: 408,
  TOO_LARGE: 413,
  QUOTA_EXCEEDED: 413,
  UNSUPPORTED_TYPE: 415,
  RATE_LIMITED: 429,
  STORAGE_UNAVAILABLE: 503,
  UNAVAILABLE: 503,
}

/** Status of an error that fastify found → what it is called here. */
const CODES: Readonly<Record<number, ErrorCode>> = {
  400: 'INVALID_REQUEST',
  404: 'NOT_FOUND',
  406: 'INVALID_REQUEST',
  413: 'TOO_LARGE',
  414: 'INVALID_REQUEST',
  415: 'UNSUPPORTED_TYPE',
}

/** Answers a request that failed; what it does not cause itself is logged, and not told. */
export function createErrorHandler(serverLog: ServerLog, refusals: Refusals) {
  return (error: FastifyError | ChatwsError, request: FastifyRequest, reply: FastifyReply) => {
    const known = toChatwsError(error)
    const status = STATUS[known.code]
    if (status === undefined) {
      serverLog.failure(`${request.method} ${request.routeOptions.url ?? 'unknown path'}`, error)
      return reply.code(500).send({ code: 'INTERNAL', message: 'The server failed' })
    }
    if (known.code === 'STORAGE_UNAVAILABLE' && known.cause !== undefined)
      serverLog.failure(`${request.method} ${request.routeOptions.url ?? 'unknown path'}`, known)
    refusals.countRequest(known.code)
    if (status === 401) reply.header('www-authenticate', challenge(request))
    if (status === 429 || status === 503) reply.header('retry-after', '1')
    return reply.code(status).send({ code: known.code, message: known.message })
  }
}

/** RFC 6750: which scheme is wanted, and whether what was given is the reason. */
function challenge({ raw }: FastifyRequest): string {
  return readToken(raw) === undefined ? 'Bearer' : 'Bearer error="invalid_token"'
}

/** What Node's parser found wrong with what should be a request → the answer. */
const UNREADABLE: Readonly<Record<string, BareAnswer>> = {
  ERR_HTTP_REQUEST_TIMEOUT: {
    ...{ status: 408, code: 'REQUEST_TIMEOUT' },
    message: 'The request did not come in time',
  },
  HPE_HEADER_OVERFLOW: {
    ...{ status: 431, code: 'TOO_LARGE' },
    message: 'The headers are too large',
  },
  HPE_CHUNK_EXTENSIONS_OVERFLOW: {
    ...{ status: 413, code: 'TOO_LARGE' },
    message: 'The chunk extensions are too large',
  },
}
const NO_REQUEST: BareAnswer = {
  ...{ status: 400, code: 'INVALID_REQUEST' },
  message: 'This is no HTTP request',
}

/** Answers what comes on a socket and cannot be read as a request. */
export function createClientErrorHandler(refusals: Refusals) {
  return (error: NodeJS.ErrnoException, socket: Duplex) => {
    if (error.code === 'ECONNRESET' || socket.destroyed) return
    const answer = UNREADABLE[error.code ?? ''] ?? NO_REQUEST
    refusals.countRequest(answer.code)
    answerSocket(socket, answer)
  }
}

/** Answers the requests that Node itself would refuse in a shape of its own, or without a word. */
export function answerUnmet(server: Server, refusals: Refusals): void {
  server.on('connect', (_request, socket) => {
    refusals.countRequest('INVALID_REQUEST')
    const message = 'This is no proxy'
    answerSocket(socket, { status: 405, code: 'INVALID_REQUEST', message })
  })
  server.on('checkExpectation', (_request, response) => {
    refusals.countRequest('INVALID_REQUEST')
    const message = 'No expectation but 100-continue is met'
    const body = JSON.stringify({ code: 'INVALID_REQUEST', message })
    response.writeHead(417, {
      'content-type': 'application/json; charset=utf-8',
      'content-length': Buffer.byteLength(body),
      'x-content-type-options': 'nosniff',
    })
    response.end(body)
  })
}

/** Answers a request for something that is not there. */
export function answerNotFound(_request: FastifyRequest, reply: FastifyReply) {
  return reply.code(404).send({ code: 'NOT_FOUND', message: 'There is nothing at this address' })
}

function toChatwsError(error: FastifyError | ChatwsError): ChatwsError {
  if (error instanceof ChatwsError) return error
  const code = CODES[error.statusCode ?? 500] ?? 'INTERNAL'
  return new ChatwsError(code, error.message, { cause: error })
}
