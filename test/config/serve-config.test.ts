import { describe, expect, it } from 'vitest'
import { resolveConfig } from '../../src/config/resolve-config.ts'
import { ServeConfig } from '../../src/config/serve-config.ts'
import { DEFAULT_UPLOAD_TYPES } from '../../src/protocol/upload-types.ts'

const resolve = (flags: Record<string, unknown>, env: Record<string, string> = {}) =>
  resolveConfig(ServeConfig, { flags, env })

describe('the configuration of serve', () => {
  it('has these defaults', () => {
    expect(resolve({})).toEqual({
      port: 3004,
      host: '127.0.0.1',
      auth: 'none',
      insecureAdmin: false,
      insecure: false,
      access: 'open',
      contact: 'all',
      chatsPerDay: 200,
      allowOrigins: [],
      widgetOrigins: [],
      allowHosts: [],
      trustedProxies: [],
      maxConnections: 0,
      maxConnectionsPerAddress: 1000,
      maxConnectionsPerUser: 1000,
      connectionRate: 50,
      messageRate: 1000,
      httpRate: 100,
      maxContentLength: 65536,
      databaseUrl: './chatws.db',
      durability: 'process',
      uploadMaxBytes: 10_485_760,
      uploadQuotaBytes: 1_073_741_824,
      uploadTypes: DEFAULT_UPLOAD_TYPES,
      web: true,
      heartbeat: 30,
      offlineGrace: 0,
      agents: [],
      drainTimeout: 20,
      statsInterval: 30,
      logFormat: 'text',
      logLevel: 'info',
    })
  })

  it('can be set whole by the environment', () => {
    const env = {
      CHATWS_PORT: '8080',
      CHATWS_HOST: '0.0.0.0',
      CHATWS_AUTH: 'jwt',
      CHATWS_JWT_SECRET: 'secret',
      CHATWS_JWT_ISSUER: 'https://id.example.org/',
      CHATWS_JWT_AUDIENCE: 'chat',
      CHATWS_ADMIN_TOKEN: 'a'.repeat(32),
      CHATWS_INSECURE: '1',
      CHATWS_ACCESS: 'members',
      CHATWS_PRESENCE: 'off',
      CHATWS_CONTACT: 'shared',
      CHATWS_CHATS_PER_DAY: '20',
      CHATWS_ALLOW_ORIGINS: 'https://a.example.org, http://localhost:5173',
      CHATWS_WIDGET_ORIGINS: 'https://shop.example.org',
      CHATWS_ALLOW_HOSTS: 'Chat.example.org, [fd00::1]',
      CHATWS_TRUSTED_PROXIES: '10.0.0.0/8,fd00::/8,192.0.2.1',
      CHATWS_MAX_CONNECTIONS: '100000',
      CHATWS_MAX_CONNECTIONS_PER_ADDRESS: '100',
      CHATWS_MAX_CONNECTIONS_PER_USER: '0',
      CHATWS_CONNECTION_RATE: '10',
      CHATWS_MESSAGE_RATE: '0',
      CHATWS_MAX_CONTENT_LENGTH: '4000',
      DATABASE_URL: 'postgresql://chat@127.0.0.1/chat',
      CHATWS_DURABILITY: 'full',
      CHATWS_UPLOAD_FOLDER: '/srv/uploads',
      CHATWS_UPLOAD_MAX_BYTES: '1000',
      CHATWS_UPLOAD_TYPES: 'image/png, text/plain',
      CHATWS_HEARTBEAT: '0.5',
      CHATWS_OFFLINE_GRACE: '2.5',
      CHATWS_AGENTS: '1, 2',
      CHATWS_DRAIN_TIMEOUT: '25',
      CHATWS_STATS_INTERVAL: '60',
      CHATWS_LOG_FORMAT: 'json',
      CHATWS_LOG_LEVEL: 'silent',
      CHATWS_WEB: 'true',
      CHATWS_WEB_FOLDER: 'app',
      CHATWS_BASE_PATH: '/chat',
      CHATWS_LOGIN_URL: '/login',
    }
    expect(resolve({}, env)).toEqual({
      port: 8080,
      host: '0.0.0.0',
      auth: 'jwt',
      jwtSecret: 'secret',
      jwtIssuer: 'https://id.example.org/',
      jwtAudience: 'chat',
      adminToken: 'a'.repeat(32),
      insecureAdmin: false,
      insecure: true,
      access: 'members',
      presence: 'off',
      contact: 'shared',
      chatsPerDay: 20,
      allowOrigins: ['https://a.example.org', 'http://localhost:5173'],
      widgetOrigins: ['https://shop.example.org'],
      allowHosts: ['chat.example.org', '[fd00::1]'],
      trustedProxies: ['10.0.0.0/8', 'fd00::/8', '192.0.2.1'],
      maxConnections: 100_000,
      maxConnectionsPerAddress: 100,
      maxConnectionsPerUser: 0,
      connectionRate: 10,
      messageRate: 0,
      httpRate: 100,
      maxContentLength: 4000,
      databaseUrl: 'postgresql://chat@127.0.0.1/chat',
      durability: 'full',
      uploadFolder: '/srv/uploads',
      uploadMaxBytes: 1_000,
      uploadQuotaBytes: 1_073_741_824,
      uploadTypes: ['image/png', 'text/plain'],
      web: true,
      webFolder: 'app',
      basePath: '/chat',
      loginUrl: '/login',
      heartbeat: 0.5,
      offlineGrace: 2.5,
      agents: [1, 2],
      drainTimeout: 25,
      statsInterval: 60,
      logFormat: 'json',
      logLevel: 'silent',
    })
  })

  it.each([
    ['port', '0'],
    ['port', '65535'],
    ['heartbeat', '0.1'],
    ['heartbeat', '2147482'],
    ['statsInterval', '0.1'],
    ['logFormat', 'json'],
    ['logLevel', 'error'],
    ['logLevel', 'trace'],
    ['logLevel', 'debug'],
    ['logLevel', 'info'],
    ['logLevel', 'warn'],
    ['logLevel', 'fatal'],
    ['logLevel', 'silent'],
  ])('accepts %s %s', (name, value) => {
    expect(String(resolve({ [name]: value })[name as keyof ServeConfig])).toBe(value)
  })

  it.each([
    ['port', '-1', '--port: must be a port number'],
    ['port', '65536', '--port: must be a port number'],
    ['port', '80.5', '--port: must be a port number'],
    ['port', 'http', '--port: must be a port number'],
    ['port', '', '--port: must be a port number'],
    ['heartbeat', '0', '--heartbeat: must be at least 0.1'],
    ['heartbeat', '-30', '--heartbeat: must be at least 0.1'],
    ['heartbeat', 'often', '--heartbeat: must be a number of seconds'],
    ['heartbeat', '30s', '--heartbeat: must be a number of seconds'],
    ['heartbeat', 'Infinity', '--heartbeat: '],
    ['uploadMaxBytes', '0', '--upload-max-bytes: must be at least 1'],
    ['uploadTypes', 'image/svg+xml', '--upload-types: must be of image/png, '],
    ['uploadFolder', '', '--upload-folder: must name a folder'],
    ['statsInterval', '2147484', '--stats-interval: is too long'],
    ['logFormat', 'xml', '--log-format: must be text or json'],
    [
      'logLevel',
      'verbose',
      '--log-level: must be trace, debug, info, warn, error, fatal or silent',
    ],
    ['logLevel', 'wran', 'silent, not "wran", did you mean warn?'],
    ['auth', 'jwts', '--auth: must be none or jwt, not "jwts", did you mean jwt?'],
  ])('refuses %s %j', (name, value, message) => {
    expect(() => resolve({ [name]: value })).toThrow(message)
  })

  it.each([
    [{ host: '0.0.0.0' }, '--host: must be a loopback address'],
    [{ host: '::' }, '--host: must be a loopback address'],
    [{ host: '192.168.1.5' }, '--host: must be a loopback address'],
    [{ host: 'chat.example.org' }, '--host: must be a loopback address'],
    [{ host: '127.0.0.1.example.org' }, '--host: must be a loopback address'],
    [{ auth: 'jwt' }, '--auth: needs one of --jwt-secret, --jwt-public-key and --jwks-url'],
    [{ auth: 'jwt', jwtSecret: 's', jwtPublicKey: 'p' }, '--auth: needs one of'],
    [{ jwtSecret: 's' }, '--jwt-secret: has no meaning without --auth jwt'],
    [{ auth: 'jwt', jwksUrl: 'http://id.example.org/keys' }, '--jwks-url: must be an https:// URL'],
    [{ auth: 'jwt', jwksUrl: 'file:///etc/passwd' }, '--jwks-url: must be an https:// URL'],
    [{ auth: 'basic' }, '--auth: must be none or jwt'],
    [{ allowOrigins: 'chat.example.org' }, '--allow-origins: must be origins like'],
    [{ allowOrigins: 'https://chat.example.org/' }, '--allow-origins: must be origins like'],
    [{ allowOrigins: 'https://a.example.org,' }, '--allow-origins: must be origins like'],
    [{ allowHosts: 'https://chat.example.org' }, '--allow-hosts: must be names like'],
    [{ allowHosts: 'chat.example.org:443' }, '--allow-hosts: must be names like'],
    [{ allowHosts: 'a,' }, '--allow-hosts: must be names like'],
    [{ adminToken: 'x'.repeat(31) }, '--admin-token: must have 32 bytes or more'],
    [{ adminToken: 'a b'.repeat(20) }, '--admin-token: must be of visible ASCII characters'],
    [
      { auth: 'jwt', jwtSecret: 'x', insecureAdmin: true },
      '--insecure-admin: has no meaning with --auth jwt',
    ],
    [{ trustedProxies: 'proxy' }, '--trusted-proxies: must be addresses or ranges'],
    [{ trustedProxies: '10.0.0.0/33' }, '--trusted-proxies: must be addresses or ranges'],
    [{ messageRate: '-1' }, '--message-rate: must not be negative'],
    [{ messageRate: 'fast' }, '--message-rate: must be a whole number'],
    [{ maxContentLength: '65537' }, '--max-content-length: must be 65536 at most'],
    [{ insecure: 'maybe' }, '--insecure: must be true or false'],
  ])('refuses %j', (flags, message) => {
    expect(() => resolve(flags)).toThrow(message)
  })

  it.each([
    { host: '127.0.0.1' },
    { host: '127.1.2.3' },
    { host: '::1' },
    { host: 'localhost' },
    { host: '0.0.0.0', insecure: true },
    { host: '0.0.0.0', auth: 'jwt', jwtSecret: 's' },
    { host: '::', auth: 'jwt', jwksUrl: 'https://id.example.org/keys' },
    { auth: 'jwt', jwksUrl: 'http://127.0.0.1:8080/keys' },
  ])('accepts %j', (flags) => {
    expect(resolve(flags)).toMatchObject(flags)
  })

  it('accepts only intervals that a timer can hold', () => {
    const longest = resolve({ heartbeat: String(2 ** 31 / 1000 - 1) }).heartbeat
    expect(longest * 1000).toBeLessThan(2 ** 31)
  })
})

describe('the options of the web app', () => {
  it.each(['/login', '/login?to=chat', 'https://id.example.org/a', 'http://localhost:8080/'])(
    'take %s as the login URL',
    (loginUrl) => {
      const jwtSecret = 'x'.repeat(32)
      expect(resolve({ auth: 'jwt', jwtSecret, loginUrl })).toMatchObject({ loginUrl })
    },
  )

  it.each([
    'javascript:alert(1)',
    '//other.example',
    '/\\other.example',
    'http://id.example.org',
    'x',
  ])('take no %s as the login URL', (loginUrl) => {
    const given = { auth: 'jwt', jwtSecret: 'x'.repeat(32), loginUrl }
    expect(() => resolve(given)).toThrow('must be an https:// URL')
  })

  it.each(['chat', '/', '/chat/', '//chat', '/a b', '/..', '/a/./b'])(
    'take no %s as the base path',
    (basePath) => {
      expect(() => resolve({ basePath })).toThrow('must be a path that begins with /')
    },
  )

  it('take a base path of several names', () => {
    expect(resolve({ basePath: '/team.a/chat-1' })).toMatchObject({ basePath: '/team.a/chat-1' })
  })

  it.each([
    [{ web: false, webFolder: 'app' }, 'has no meaning with --no-web'],
    [{ web: false, widgetOrigins: ['https://shop.example.org'] }, 'has no meaning with --no-web'],
    [{ loginUrl: '/login' }, 'has no meaning without --auth jwt'],
  ])('contradict each other in %j', (given, message) => {
    expect(() => resolve(given)).toThrow(message)
  })
})
