import swagger from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'

const DESCRIPTION = `The HTTP side of chatws; docs/protocol.md has the WebSocket's. Where the server runs with
authentication, a request proves who sends it by a token. Routes for admins ask for the admin token too
where there is none.`

/** Serves an OpenAPI document of the routes that are added after this. */
export function addOpenApi(app: FastifyInstance, version: string): void {
  app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'chatws', description: DESCRIPTION, version },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    },
    transform: ({ schema, url, route }) => {
      const isOpen = route.config?.access === 'anyone'
      // The empty requirement: a server without authentication asks for no token.
      return { schema: { ...schema, security: isOpen ? [] : [{ token: [] }, {}] }, url }
    },
  })
  app.register(async (scope) => {
    scope.get('/openapi.json', { config: { access: 'anyone' }, schema: { hide: true } }, () =>
      app.swagger(),
    )
  })
}
