// The load generator of `npm run perf`: one thread, epoll, any number of WebSocket connections.
//
// The workload is open: a message is due at a fixed time, carries that time in its text, and its
// latency counts from there, whenever it was really sent (no coordinated omission). Receivers read
// whole frames, find the mark in each, and put its age into a histogram.
//
//   generator --port N --protocol chatws|classic|socket.io|nats --server-pid N [--content-bytes N]
//     [--chats N --members N --users N]          each message goes to the members of one chat only
//
// Reads one command a line on stdin and answers each with one line of JSON on stdout:
//
//   connect COUNT CONCURRENCY TIMEOUT_S          more receivers
//   storm COUNT CONCURRENCY TIMEOUT_S            the same, until each has heard of all the users
//   stall                                        one more receiver, which then reads nothing
//   wake                                         the stalled receivers read on, to their end
//   fanout RATE SECONDS WARMUP_S DRAIN_S SENDERS BURST   messages at RATE a second, BURST of them
//                                                at a time and in one write, from SENDERS in turn
//   acks SENDERS WINDOW SECONDS WARMUP_S LIMIT   WINDOW unacknowledged messages each; 0: no LIMIT
//   resume COUNT CONCURRENCY RATE TIMEOUT_S OFFSET EPOCH   receivers that missed what follows
//                                                OFFSET, while RATE goes on for the others
//   sample                                       what the server has used so far
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#define READ_BYTES (128 * 1024)
/** Room before what is read, for the piece of a frame that came with the last read. */
#define HEADROOM (1024 * 1024)
#define FIRST_USER 10001
#define STALLED_RECEIVE_BUFFER_BYTES 4096
#define SAMPLE_EVERY_US 200000
#define QUIET_US 1000000
#define MAX_BURST 64

static const char MARK[] = "ts====";
enum { MARK_LENGTH = sizeof MARK - 1, TIME_DIGITS = 16 };

enum state { CONNECTING, UPGRADING, OPEN, CLOSED };
enum role { LIVE, STALLED, RESUMING };

struct connection {
  int fd;
  enum state state;
  enum role role;
  /** A frame whose rest has not arrived. */
  uint8_t *carry;
  size_t carry_bytes, carry_capacity;
  /** What the kernel did not take of a message. */
  uint8_t *unsent;
  size_t unsent_bytes;
  int64_t started_us;
  /** The newest durable offset received; -1 before the first. */
  int64_t offset;
  uint32_t in_flight;
  /** A bit for each user heard of; only in a storm. */
  uint8_t *seen;
  uint32_t seen_count;
  bool is_told, is_resumed;
};

/** What differs between servers. */
struct protocol {
  const char *name;
  void (*request_path)(char *path, size_t size, int index);
  /** Sends what follows the upgrade, if anything does. */
  void (*hello)(struct connection *c);
  /** Writes the payload of a message that is due at `due_us`; returns its length. */
  size_t (*message)(char *out, size_t size, int index, int64_t due_us);
  void (*on_frame)(struct connection *c, const uint8_t *payload, size_t length, int64_t now_us);
};

/** Chats with members, where messages are not for all: how many, of how many of the users each. */
static struct { int count, members, users; } chats;
/** Prime to any number of users that is used, so that the users of a chat differ. */
#define SEAT_STRIDE 7919

static const struct protocol *protocol;
static int port, server_pid, content_bytes = 60;
static struct connection *connections;
static int connection_count, connection_capacity;
static int epoll_fd;
static uint8_t buffer[HEADROOM + READ_BYTES];
static uint64_t message_number;
/** The chat that messages are written to now. */
static int chat_of_message = 1;

/** Where a resuming connection stopped. */
static int64_t resume_offset = -1;
static char resume_epoch[128];

/** What the connections have heard, from the last `reset_totals` on. */
static struct {
  uint64_t delivered, acked, refused, gaps, bytes, reads, errors, resumed, resume_failed, replayed;
  char first_error[160];
} totals;
static int open_count, closed_count, told_count, last_close_code;
static int64_t last_arrival_us, newest_offset = -1;
static char epoch[128];
/** Messages due before this are not measured. */
static int64_t measured_from_us = INT64_MAX;
static int storm_size;
static bool is_joining;
static int64_t acks_measured_from_us = INT64_MAX;

// ---------------------------------------------------------------- time and histogram

static int64_t now_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/** Buckets as in HdrHistogram: 128 to each power of two, so a value is right within 0.8 %. */
#define SUB 128
#define SUB_BITS 7
static uint64_t histogram[SUB * 40], histogram_total, histogram_max;

static void record(int64_t us) {
  uint64_t v = us < 0 ? 0 : (uint64_t)us;
  int exponent = v < SUB ? 0 : 63 - __builtin_clzll(v) - SUB_BITS + 1;
  int index = v < SUB ? (int)v : exponent * SUB + (int)((v >> (exponent - 1)) & (SUB - 1));
  histogram[index]++;
  histogram_total++;
  if (v > histogram_max) histogram_max = v;
}

static double percentile_ms(double p) {
  uint64_t rank = (uint64_t)(p * (double)histogram_total), sum = 0;
  for (int i = 0; i < SUB * 40; i++) {
    sum += histogram[i];
    if (sum <= rank) continue;
    int exponent = i / SUB;
    uint64_t low = exponent == 0 ? (uint64_t)i : ((uint64_t)(SUB + i % SUB)) << (exponent - 1);
    return (double)low / 1e3;
  }
  return (double)histogram_max / 1e3;
}

static void reset_totals(void) {
  memset(&totals, 0, sizeof totals);
  memset(histogram, 0, sizeof histogram);
  histogram_total = histogram_max = 0;
  measured_from_us = acks_measured_from_us = INT64_MAX;
}

// ---------------------------------------------------------------- the machine

/** CPU time of all threads of a process, in seconds. */
static double process_cpu_s(int pid) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/task", pid);
  DIR *tasks = opendir(path);
  if (!tasks) return 0;
  double sum_s = 0;
  for (struct dirent *task; (task = readdir(tasks));) {
    if (task->d_name[0] == '.') continue;
    char file[400];
    snprintf(file, sizeof file, "/proc/%d/task/%s/schedstat", pid, task->d_name);
    FILE *f = fopen(file, "r");
    unsigned long long ns;
    if (f && fscanf(f, "%llu", &ns) == 1) sum_s += (double)ns / 1e9;
    if (f) fclose(f);
  }
  closedir(tasks);
  return sum_s;
}

static long process_rss_kb(int pid) {
  char path[64], line[256];
  snprintf(path, sizeof path, "/proc/%d/status", pid);
  FILE *f = fopen(path, "r");
  long kb = 0;
  while (f && fgets(line, sizeof line, f))
    if (sscanf(line, "VmRSS: %ld", &kb) == 1) break;
  if (f) fclose(f);
  return kb;
}

/** Time that all cores together were busy, in seconds. */
static double machine_cpu_s(void) {
  unsigned long long user, nice, system, idle, wait, irq, softirq, steal;
  FILE *f = fopen("/proc/stat", "r");
  int n = f ? fscanf(f, "cpu %llu %llu %llu %llu %llu %llu %llu %llu", &user, &nice, &system, &idle,
                     &wait, &irq, &softirq, &steal)
            : 0;
  if (f) fclose(f);
  if (n != 8) return 0;
  return (double)(user + nice + system + irq + softirq + steal) / (double)sysconf(_SC_CLK_TCK);
}

static struct usage {
  int64_t at_us;
  double server_s, generator_s, machine_s;
  long rss_kb, peak_rss_kb;
} usage;
static int64_t next_sample_us;

static void begin_usage(void) {
  usage = (struct usage){
      .at_us = now_us(),
      .server_s = process_cpu_s(server_pid),
      .generator_s = process_cpu_s(getpid()),
      .machine_s = machine_cpu_s(),
      .rss_kb = process_rss_kb(server_pid),
  };
  usage.peak_rss_kb = usage.rss_kb;
}

static void sample_rss(int64_t now) {
  if (now < next_sample_us) return;
  next_sample_us = now + SAMPLE_EVERY_US;
  long kb = process_rss_kb(server_pid);
  if (kb > usage.peak_rss_kb) usage.peak_rss_kb = kb;
}

/** What was used since `begin_usage`, frozen for `print_usage`. */
static struct usage used;

static void end_usage(void) {
  used = (struct usage){
      .at_us = now_us() - usage.at_us,
      .server_s = process_cpu_s(server_pid) - usage.server_s,
      .generator_s = process_cpu_s(getpid()) - usage.generator_s,
      .machine_s = machine_cpu_s() - usage.machine_s,
      .rss_kb = process_rss_kb(server_pid),
      .peak_rss_kb = usage.peak_rss_kb,
  };
}

/** Foreign load is the share of all cores that others than server and generator took. */
static void print_usage(void) {
  double elapsed_s = (double)used.at_us / 1e6;
  double foreign_s = used.machine_s - used.server_s - used.generator_s;
  double cores_s = elapsed_s * (double)sysconf(_SC_NPROCESSORS_ONLN);
  printf("\"elapsedS\":%.4f,\"serverCpuS\":%.4f,\"generatorCpuS\":%.4f,\"foreignShare\":%.4f,"
         "\"rssKb\":%ld,\"peakRssKb\":%ld",
         elapsed_s, used.server_s, used.generator_s, foreign_s > 0 ? foreign_s / cores_s : 0,
         used.rss_kb, used.peak_rss_kb);
}

static void fail(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fprintf(stderr, "generator: ");
  vfprintf(stderr, format, arguments);
  fprintf(stderr, "\n");
  va_end(arguments);
  exit(1);
}

// ---------------------------------------------------------------- sending

static void watch(struct connection *c, int operation, uint32_t events) {
  struct epoll_event event = {.events = events, .data.u32 = (uint32_t)(c - connections)};
  epoll_ctl(epoll_fd, operation, c->fd, &event);
}

/** Appends a frame masked with zeros, which leaves the payload as it is; returns its length. */
static size_t frame(uint8_t *out, int opcode, const void *payload, size_t length) {
  size_t header = length < 126 ? 6 : 8;
  memset(out, 0, header);
  out[0] = (uint8_t)(0x80 | opcode);
  if (length < 126) {
    out[1] = (uint8_t)(0x80 | length);
  } else {
    out[1] = 0x80 | 126;
    out[2] = (uint8_t)(length >> 8);
    out[3] = (uint8_t)length;
  }
  memcpy(out + header, payload, length);
  return header + length;
}

/** Sends bytes, or keeps what the kernel does not take. False: it took nothing, nothing is kept. */
static bool send_bytes(struct connection *c, const uint8_t *bytes, size_t length) {
  ssize_t sent = c->unsent_bytes > 0 ? -1 : send(c->fd, bytes, length, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (sent == (ssize_t)length) return true;
  if (sent <= 0) return false;
  c->unsent_bytes = length - (size_t)sent;
  c->unsent = realloc(c->unsent, c->unsent_bytes);
  memcpy(c->unsent, bytes + sent, c->unsent_bytes);
  watch(c, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
  return true;
}

static void send_unsent(struct connection *c) {
  ssize_t sent = send(c->fd, c->unsent, c->unsent_bytes, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (sent <= 0) return;
  c->unsent_bytes -= (size_t)sent;
  memmove(c->unsent, c->unsent + sent, c->unsent_bytes);
  if (c->unsent_bytes == 0) watch(c, EPOLL_CTL_MOD, EPOLLIN);
}

static void send_text(struct connection *c, const char *text) {
  uint8_t out[1024];
  send_bytes(c, out, frame(out, 1, text, strlen(text)));
}

/** Writes the frame of a message from connection `index`; returns its length. */
static size_t message_frame(uint8_t *out, int index, int64_t due_us) {
  char payload[4096];
  return frame(out, 1, payload, protocol->message(payload, sizeof payload, index, due_us));
}

// ---------------------------------------------------------------- receiving: what all share

static int64_t read_number(const uint8_t *digits, const uint8_t *end) {
  int64_t value = 0;
  for (; digits < end && *digits >= '0' && *digits <= '9'; digits++)
    value = value * 10 + (*digits - '0');
  return value;
}

/** The start of what follows `key`, or null. */
static const uint8_t *after(const uint8_t *bytes, size_t length, const char *key) {
  size_t key_length = strlen(key);
  const uint8_t *found = memmem(bytes, length, key, key_length);
  return found ? found + key_length : NULL;
}

static void on_delivery(struct connection *c, const uint8_t *time_digits, int64_t now) {
  int64_t due_us = read_number(time_digits, time_digits + TIME_DIGITS);
  if (c->role != LIVE || due_us < measured_from_us) return;
  totals.delivered++;
  record(now - due_us);
}

/** The mark stands mostly where it stood in the frame before. */
static const uint8_t *find_mark(const uint8_t *payload, size_t length) {
  static size_t likely;
  if (likely + MARK_LENGTH + TIME_DIGITS <= length && !memcmp(payload + likely, MARK, MARK_LENGTH))
    return payload + likely + MARK_LENGTH;
  const uint8_t *found = memmem(payload, length, MARK, MARK_LENGTH);
  if (!found || found + MARK_LENGTH + TIME_DIGITS > payload + length) return NULL;
  likely = (size_t)(found - payload);
  return found + MARK_LENGTH;
}

/** For protocols that put several messages into one frame. */
static void count_marks(struct connection *c, const uint8_t *payload, size_t length, int64_t now) {
  const uint8_t *end = payload + length;
  for (const uint8_t *mark; (mark = find_mark(payload, (size_t)(end - payload)));) {
    on_delivery(c, mark, now);
    payload = mark + TIME_DIGITS;
  }
}

static void write_content(char *out, int64_t due_us) {
  static const char filler[] = "the quick brown fox jumps over the lazy dog ";
  int length = sprintf(out, "%s%016ld ", MARK, (long)due_us);
  while (length < content_bytes) {
    out[length] = filler[(size_t)length % (sizeof filler - 1)];
    length++;
  }
  out[length] = 0;
}

/** The user in a seat of all chats: those of chat N, from 1 on, begin at (N - 1) * members. */
static int user_in_seat(uint64_t seat) {
  return (int)(seat * SEAT_STRIDE % (uint64_t)chats.users);
}

/** Appends the chats of a user, for servers that are told by their clients. */
static void add_chats(char *path, size_t size, int index) {
  size_t length = strlen(path);
  const char *before = "&chats=";
  for (int seat = 0; seat < chats.count * chats.members; seat++) {
    if (user_in_seat((uint64_t)seat) != index) continue;
    length += (size_t)snprintf(path + length, size - length, "%s%d", before, seat / chats.members + 1);
    before = ",";
  }
}

static void path_of_user(char *path, size_t size, int index) {
  int length = snprintf(path, size, "/?userId=%d", FIRST_USER + index);
  if (connections[index].role == RESUMING)
    snprintf(path + length, size - (size_t)length, "&since=%ld&epoch=%s", (long)resume_offset,
             resume_epoch);
}

static void path_plain(char *path, size_t size, int index) {
  (void)index;
  snprintf(path, size, "/");
}

static void no_hello(struct connection *c) { (void)c; }

// ---------------------------------------------------------------- chatws and the classic frames

static size_t message_with_id(char *out, size_t size, int index, int64_t due_us) {
  char content[2048];
  write_content(content, due_us);
  return (size_t)snprintf(out, size,
                          "{\"type\":\"NEW_MESSAGE\",\"chat_id\":%d,\"sender_id\":%d,"
                          "\"client_id\":\"%016ld-%lu\",\"content\":\"%s\"}",
                          chat_of_message, FIRST_USER + index, (long)due_us, (unsigned long)message_number++,
                          content);
}

static size_t message_classic(char *out, size_t size, int index, int64_t due_us) {
  char content[2048];
  write_content(content, due_us);
  return (size_t)snprintf(
      out, size, "{\"type\":\"NEW_MESSAGE\",\"chat_id\":%d,\"sender_id\":%d,\"content\":\"%s\"}",
      chat_of_message, FIRST_USER + index, content);
}

static void see_user(struct connection *c, int64_t user) {
  int64_t index = user - FIRST_USER;
  if (!c->seen || index < 0 || index >= storm_size) return;
  uint8_t bit = (uint8_t)(1 << (index & 7));
  if (c->seen[index >> 3] & bit) return;
  c->seen[index >> 3] |= bit;
  if (++c->seen_count == (uint32_t)storm_size) told_count++;
}

static void on_established(struct connection *c, const uint8_t *p, size_t length, int64_t now) {
  const uint8_t *end = p + length, *value;
  if (is_joining && !c->is_told) record(now - c->started_us);
  c->is_told = true;
  if ((value = after(p, length, "\"epoch\":\""))) {
    const uint8_t *quote = memchr(value, '"', (size_t)(end - value));
    size_t n = quote ? (size_t)(quote - value) : 0;
    if (n < sizeof epoch) snprintf(epoch, sizeof epoch, "%.*s", (int)n, (const char *)value);
  }
  if ((value = after(p, length, "\"offset\":"))) {
    int64_t offset = read_number(value, end);
    if (offset > newest_offset) newest_offset = offset;
    if (c->role != RESUMING) c->offset = offset;
  }
  if (!c->seen || !(value = after(p, length, "\"online\":["))) return;
  while (value < end && *value != ']') {
    see_user(c, read_number(value, end));
    while (value < end && *value >= '0' && *value <= '9') value++;
    if (value < end && *value == ',') value++;
  }
}

/** chatws numbers its messages: each receiver must get them all, in order. */
static void check_offset(struct connection *c, const uint8_t *p, size_t length) {
  static const char key[] = "\"offset\":";
  const size_t key_length = sizeof key - 1;
  if (length < 40) return;
  const uint8_t *end = p + length - 2, *digits = end;
  while (digits > end - 17 && digits[-1] >= '0' && digits[-1] <= '9') digits--;
  if (digits == end || memcmp(digits - key_length, key, key_length)) return;
  int64_t offset = read_number(digits, end);
  // Of a log of which it is sent a part, it sees only that it goes up.
  bool is_next = chats.count > 0 ? offset > c->offset : offset == c->offset + 1;
  if (c->offset >= 0 && !is_next) totals.gaps++;
  c->offset = offset;
  if (offset > newest_offset) newest_offset = offset;
}

static void on_ack(struct connection *c, const uint8_t *p, int64_t now) {
  int64_t sent_us = read_number(p + sizeof "{\"type\":\"ACK\",\"client_id\":\"" - 1,
                                p + sizeof "{\"type\":\"ACK\",\"client_id\":\"" - 1 + TIME_DIGITS);
  if (c->in_flight > 0) c->in_flight--;
  totals.acked++;
  if (now >= acks_measured_from_us) record(now - sent_us);
}

static void on_chat_frame(struct connection *c, const uint8_t *p, size_t length, int64_t now) {
  if (length < 24) return;
  const uint8_t *mark, *value;
  const char *type = (const char *)p + sizeof "{\"type\":\"" - 1;
  if (!memcmp(type, "MESSAGE\"", 8)) {
    if ((mark = find_mark(p, length))) on_delivery(c, mark, now);
    if (c->role == RESUMING && !c->is_resumed) totals.replayed++;
    check_offset(c, p, length);
  } else if (!memcmp(type, "ACK\"", 4)) {
    on_ack(c, p, now);
  } else if (!memcmp(type, "USER_ONLINE\"", 12)) {
    if ((value = after(p, length, "\"userId\":"))) see_user(c, read_number(value, p + length));
  } else if (!memcmp(type, "CONNECTION_EST", 14)) {
    on_established(c, p, length, now);
  } else if (!memcmp(type, "RESUMED\"", 8)) {
    if (c->role == RESUMING && !c->is_resumed) totals.resumed++;
    c->is_resumed = true;
  } else if (!memcmp(type, "RESUME_FAILED", 13)) {
    totals.resume_failed++;
  } else if (!memcmp(type, "ERROR\"", 6) && totals.errors++ == 0) {
    snprintf(totals.first_error, sizeof totals.first_error, "%.*s", (int)length, (const char *)p);
    for (char *q = totals.first_error; *q; q++)
      if (*q == '"' || *q == '\\') *q = '\'';
  }
}

// ---------------------------------------------------------------- Socket.IO and NATS

static void hello_socket_io(struct connection *c) { send_text(c, "40"); }

static void path_socket_io(char *path, size_t size, int index) {
  snprintf(path, size, "/socket.io/?EIO=4&transport=websocket");
  add_chats(path, size, index);
}

static size_t message_socket_io(char *out, size_t size, int index, int64_t due_us) {
  char json[4096];
  message_classic(json, sizeof json, index, due_us);
  return (size_t)snprintf(out, size, "42[\"message\",%s]", json);
}

static void on_socket_io_frame(struct connection *c, const uint8_t *p, size_t length, int64_t now) {
  if (length == 1 && p[0] == '2') send_text(c, "3");
  else count_marks(c, p, length, now);
}

static void hello_nats(struct connection *c) {
  send_text(c, "CONNECT {\"verbose\":false,\"pedantic\":false,\"echo\":true}\r\nSUB room 1\r\n");
}

/** NATS hands on what it gets, so the sender writes the frame that the others' server writes. */
static size_t message_nats(char *out, size_t size, int index, int64_t due_us) {
  char content[2048], json[3072];
  write_content(content, due_us);
  int length = snprintf(json, sizeof json,
                        "{\"type\":\"MESSAGE\",\"payload\":{\"id\":%lu,\"chat_id\":1,\"sender_id\":"
                        "%d,\"content\":\"%s\",\"created_at\":\"2024-01-01T12:00:00.000Z\"}}",
                        (unsigned long)message_number++, FIRST_USER + index, content);
  return (size_t)snprintf(out, size, "PUB room %d\r\n%s\r\n", length, json);
}

static void on_nats_frame(struct connection *c, const uint8_t *p, size_t length, int64_t now) {
  if (length == 6 && !memcmp(p, "PING\r\n", 6)) send_text(c, "PONG\r\n");
  else count_marks(c, p, length, now);
}

static void path_with_chats(char *path, size_t size, int index) {
  path_of_user(path, size, index);
  add_chats(path, size, index);
}

static const struct protocol protocols[] = {
    {"chatws", path_of_user, no_hello, message_with_id, on_chat_frame},
    {"classic", path_with_chats, no_hello, message_classic, on_chat_frame},
    {"socket.io", path_socket_io, hello_socket_io, message_socket_io, on_socket_io_frame},
    {"nats", path_plain, hello_nats, message_nats, on_nats_frame},
};

// ---------------------------------------------------------------- the socket

static void close_connection(struct connection *c) {
  close(c->fd);
  if (c->state == OPEN) open_count--;
  c->state = CLOSED;
  c->carry_bytes = c->unsent_bytes = 0;
  closed_count++;
}

/** Handles one frame; false when the connection is closed with it. */
static bool on_frame(struct connection *c, int opcode, const uint8_t *p, size_t length, int64_t now) {
  if (opcode == 8) {
    last_close_code = length >= 2 ? p[0] << 8 | p[1] : 1005;
    return false;
  }
  uint8_t pong[256];
  if (opcode == 9 && length < 126) send_bytes(c, pong, frame(pong, 10, p, length));
  else if (opcode <= 2) protocol->on_frame(c, p, length, now);
  return true;
}

/** Handles the whole frames in `bytes … end`; returns where the first incomplete one starts. */
static uint8_t *read_frames(struct connection *c, uint8_t *bytes, uint8_t *end, int64_t now) {
  while (end - bytes >= 2) {
    size_t length = bytes[1] & 127, header = 2;
    if (length == 126) {
      if (end - bytes < 4) break;
      length = (size_t)bytes[2] << 8 | bytes[3];
      header = 4;
    } else if (length == 127) {
      if (end - bytes < 10) break;
      length = 0;
      for (int i = 2; i < 10; i++) length = length << 8 | bytes[i];
      header = 10;
    }
    if ((size_t)(end - bytes) < header + length) break;
    if (!on_frame(c, bytes[0] & 15, bytes + header, length, now)) return NULL;
    bytes += header + length;
  }
  return bytes;
}

/** Reads the answer to the upgrade request; returns what follows it, or `bytes` to wait for more. */
static uint8_t *read_upgrade(struct connection *c, uint8_t *bytes, uint8_t *end) {
  uint8_t *blank = memmem(bytes, (size_t)(end - bytes), "\r\n\r\n", 4);
  if (!blank) return bytes;
  if (memcmp(bytes, "HTTP/1.1 101", 12)) fail("not upgraded: %.*s", (int)(blank - bytes), bytes);
  c->state = OPEN;
  open_count++;
  protocol->hello(c);
  if (c->role == STALLED) epoll_ctl(epoll_fd, EPOLL_CTL_DEL, c->fd, NULL);
  return blank + 4;
}

static void keep_carry(struct connection *c, const uint8_t *bytes, size_t length) {
  if (length > HEADROOM) fail("a frame is longer than %d bytes", HEADROOM);
  if (length > c->carry_capacity) {
    c->carry_capacity = length < 512 ? 512 : length * 2;
    c->carry = realloc(c->carry, c->carry_capacity);
  }
  memcpy(c->carry, bytes, length);
  c->carry_bytes = length;
}

static void on_readable(struct connection *c) {
  uint8_t *start = buffer + HEADROOM - c->carry_bytes;
  ssize_t n = recv(c->fd, buffer + HEADROOM, READ_BYTES, 0);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (n <= 0) {
    close_connection(c);
    return;
  }
  int64_t now = last_arrival_us = now_us();
  totals.reads++;
  totals.bytes += (uint64_t)n;
  memcpy(start, c->carry, c->carry_bytes);
  uint8_t *rest = start, *end = buffer + HEADROOM + n;
  if (c->state == UPGRADING) rest = read_upgrade(c, rest, end);
  if (c->state == OPEN) rest = read_frames(c, rest, end, now);
  if (rest) keep_carry(c, rest, (size_t)(end - rest));
  else close_connection(c);
}

static void on_connected(struct connection *c) {
  int error = 0, index = (int)(c - connections);
  socklen_t size = sizeof error;
  getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error) fail("connection %d: %s", index, strerror(error));
  char path[512], request[1024];
  protocol->request_path(path, sizeof path, index);
  int length = snprintf(request, sizeof request,
                        "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\n"
                        "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                        "Sec-WebSocket-Version: 13\r\n\r\n",
                        path, port);
  c->state = UPGRADING;
  watch(c, EPOLL_CTL_MOD, EPOLLIN);
  if (send(c->fd, request, (size_t)length, MSG_NOSIGNAL) != length) fail("cannot send the request");
}

/** Serves the sockets; waits up to `wait_us` for the first of them. */
static int poll_sockets(int64_t wait_us) {
  // Few at a time, so that a due message is not kept waiting by many receivers.
  struct epoll_event events[64];
  struct timespec wait = {.tv_sec = wait_us / 1000000, .tv_nsec = wait_us % 1000000 * 1000};
  int n = epoll_pwait2(epoll_fd, events, 64, &wait, NULL);
  if (n < 0 && errno == ENOSYS) n = epoll_wait(epoll_fd, events, 64, (int)(wait_us / 1000));
  for (int i = 0; i < n; i++) {
    struct connection *c = &connections[events[i].data.u32];
    if (c->state == CLOSED) continue;
    if (c->state == CONNECTING) {
      on_connected(c);
      continue;
    }
    if ((events[i].events & EPOLLOUT) && c->unsent_bytes > 0) send_unsent(c);
    if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) on_readable(c);
  }
  sample_rss(now_us());
  return n;
}

// ---------------------------------------------------------------- connecting

static struct connection *start_connection(enum role role) {
  if (connection_count == connection_capacity) fail("more than %d connections", connection_capacity);
  struct connection *c = &connections[connection_count++];
  *c = (struct connection){.role = role, .offset = -1, .started_us = now_us()};
  if (role == RESUMING) c->offset = resume_offset;
  if (storm_size > 0) c->seen = calloc((size_t)storm_size / 8 + 1, 1);
  c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (c->fd < 0) fail("socket: %s", strerror(errno));
  int one = 1, small = STALLED_RECEIVE_BUFFER_BYTES;
  setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  if (role == STALLED) setsockopt(c->fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(c->fd, (void *)&address, sizeof address) && errno != EINPROGRESS)
    fail("connect: %s", strerror(errno));
  watch(c, EPOLL_CTL_ADD, EPOLLOUT);
  return c;
}

/** Starts up to `count` more, with at most `concurrency` of them not yet open. */
static int start_some(int *started, int count, int concurrency, int open_before, enum role role) {
  while (*started < count && *started - (open_count - open_before) - closed_count < concurrency) {
    start_connection(role);
    (*started)++;
  }
  return *started;
}

/** Serves the sockets until nothing has arrived for a while. */
static void settle(int64_t deadline_us) {
  last_arrival_us = now_us();
  while (now_us() < deadline_us && now_us() - last_arrival_us < QUIET_US) poll_sockets(20000);
}

static void command_connect(const char *event, int count, int concurrency, double timeout_s) {
  int started = 0, before = open_count;
  int64_t start_us = now_us(), deadline_us = start_us + (int64_t)(timeout_s * 1e6);
  reset_totals();
  closed_count = told_count = 0;
  is_joining = true;
  begin_usage();
  while (open_count - before < count && closed_count == 0 && now_us() < deadline_us) {
    start_some(&started, count, concurrency, before, LIVE);
    poll_sockets(20000);
  }
  int64_t open_us = now_us();
  while (storm_size > 0 && told_count < count && closed_count == 0 && now_us() < deadline_us)
    poll_sockets(20000);
  int64_t told_us = now_us();
  settle(deadline_us + 5000000);
  end_usage();
  is_joining = false;
  uint64_t seen = 0;
  for (int i = 0; i < connection_count; i++) seen += connections[i].seen_count;
  printf("{\"event\":\"%s\",\"open\":%d,\"closed\":%d,\"told\":%d,\"seen\":%lu,\"openS\":%.3f,"
         "\"toldS\":%.3f,\"establishedP99Ms\":%.2f,\"bytes\":%lu,\"epoch\":\"%s\",\"offset\":%ld,",
         event, open_count - before, closed_count, told_count, (unsigned long)seen,
         (double)(open_us - start_us) / 1e6, (double)(told_us - start_us) / 1e6,
         percentile_ms(.99), (unsigned long)totals.bytes, epoch, (long)newest_offset);
  print_usage();
  printf("}\n");
}

static void command_stall(void) {
  struct connection *c = start_connection(STALLED);
  for (int64_t end = now_us() + 5000000; c->state != OPEN && now_us() < end;) poll_sockets(20000);
  if (c->state != OPEN) fail("the stalled receiver did not connect");
  // It is not one of those that are expected to receive.
  open_count--;
  printf("{\"event\":\"stalled\"}\n");
}

/** Lets the stalled receivers read what is left for them, and counts those that were cut off. */
static void command_wake(void) {
  closed_count = 0;
  for (int i = 0; i < connection_count; i++) {
    struct connection *c = &connections[i];
    if (c->role != STALLED || c->state != OPEN) continue;
    open_count++;
    watch(c, EPOLL_CTL_ADD, EPOLLIN);
  }
  settle(now_us() + 10000000);
  printf("{\"event\":\"woken\",\"closed\":%d,\"closeCode\":%d}\n", closed_count, last_close_code);
}

// ---------------------------------------------------------------- open workload

struct pace {
  int64_t start_us, end_us;
  double period_us;
  uint64_t due_count, measured_count, refused_count;
  int senders, next_sender;
  /** Messages that are due together, and written together by one sender. */
  int burst;
};

/** Picks the next sender that is open and not blocked; -1 when there is none. */
static int pick_sender(struct pace *pace) {
  if (chats.count > 0) {
    // Chat after chat, and each by another of its members every time.
    uint64_t turn = (uint64_t)pace->next_sender++;
    uint64_t chat = turn % (uint64_t)chats.count, round = turn / (uint64_t)chats.count;
    chat_of_message = (int)chat + 1;
    int index = user_in_seat(chat * (uint64_t)chats.members + round % (uint64_t)chats.members);
    struct connection *c = &connections[index];
    return c->state == OPEN && c->unsent_bytes == 0 ? index : -1;
  }
  for (int tries = 0; tries < pace->senders; tries++) {
    int index = pace->next_sender;
    pace->next_sender = (index + 1) % pace->senders;
    struct connection *c = &connections[index];
    if (c->state == OPEN && c->role == LIVE && c->unsent_bytes == 0) return index;
  }
  return -1;
}

/** Sends what is due, some of it at a time; returns the time until the next message is. */
static int64_t send_due(struct pace *pace) {
  static uint8_t out[MAX_BURST * 4352];
  for (int sent = 0; sent < 64; sent += pace->burst) {
    int64_t due_us = pace->start_us + (int64_t)((double)pace->due_count * pace->period_us);
    int64_t wait_us = due_us - now_us();
    if (due_us >= pace->end_us) return 1000;
    if (wait_us > 0) return wait_us;
    int index = pick_sender(pace);
    size_t length = 0;
    for (int i = 0; i < pace->burst && index >= 0; i++)
      length += message_frame(out + length, index, due_us);
    bool is_sent = index >= 0 && send_bytes(&connections[index], out, length);
    pace->due_count += (uint64_t)pace->burst;
    if (!is_sent) pace->refused_count += (uint64_t)pace->burst;
    else if (due_us >= measured_from_us) pace->measured_count += (uint64_t)pace->burst;
  }
  return 0;
}

static void print_fanout(const struct pace *pace, double seconds, uint64_t in_time) {
  int receivers = chats.count > 0 ? chats.members : open_count;
  printf("\"sent\":%lu,\"refused\":%lu,\"receivers\":%d,\"expected\":%lu,\"deliveredInTime\":%lu,"
         "\"delivered\":%lu,\"offeredPerS\":%.1f,\"deliveredPerS\":%.1f,\"p50Ms\":%.2f,"
         "\"p90Ms\":%.2f,\"p99Ms\":%.2f,\"p999Ms\":%.2f,\"maxMs\":%.2f,\"acked\":%lu,\"gaps\":%lu,"
         "\"errors\":%lu,\"firstError\":\"%s\",\"closed\":%d,\"closeCode\":%d,\"bytesPerRead\":%.0f,",
         (unsigned long)pace->measured_count, (unsigned long)pace->refused_count, receivers,
         (unsigned long)(pace->measured_count * (uint64_t)receivers), (unsigned long)in_time,
         (unsigned long)totals.delivered, (double)pace->measured_count / seconds,
         (double)in_time / seconds, percentile_ms(.5), percentile_ms(.9), percentile_ms(.99),
         percentile_ms(.999), (double)histogram_max / 1e3, (unsigned long)totals.acked,
         (unsigned long)totals.gaps, (unsigned long)totals.errors, totals.first_error, closed_count,
         last_close_code, totals.reads ? (double)totals.bytes / (double)totals.reads : 0);
}

static void command_fanout(double rate, double seconds, double warmup_s, double drain_s,
                           int senders, int burst) {
  reset_totals();
  closed_count = 0;
  struct pace pace = {
      .period_us = 1e6 / rate, .senders = senders, .burst = burst, .start_us = now_us()};
  measured_from_us = pace.start_us + (int64_t)(warmup_s * 1e6);
  pace.end_us = measured_from_us + (int64_t)(seconds * 1e6);
  bool is_measuring = false;
  while (now_us() < pace.end_us) {
    if (!is_measuring && now_us() >= measured_from_us) {
      is_measuring = true;
      begin_usage();
    }
    poll_sockets(send_due(&pace));
  }
  uint64_t in_time = totals.delivered;
  end_usage();
  int64_t deadline_us = now_us() + (int64_t)(drain_s * 1e6);
  last_arrival_us = now_us();
  uint64_t receivers = (uint64_t)(chats.count > 0 ? chats.members : open_count);
  while (totals.delivered < pace.measured_count * receivers && now_us() < deadline_us &&
         now_us() - last_arrival_us < QUIET_US)
    poll_sockets(5000);
  printf("{\"event\":\"fanout\",");
  print_fanout(&pace, seconds, in_time);
  print_usage();
  printf("}\n");
}

// ---------------------------------------------------------------- closed workload: ACKs

/** Fills the window of one sender with one write; returns how many messages that were. */
static uint64_t fill_window(int index, uint32_t window, uint64_t allowed) {
  static uint8_t out[256 * 1024];
  struct connection *c = &connections[index];
  if (c->state != OPEN || c->unsent_bytes > 0) return 0;
  size_t length = 0;
  uint32_t count = 0;
  // Small refills cost the server a read each, so they wait until a quarter of the window is free.
  if (c->in_flight > window - (window + 3) / 4) return 0;
  while (c->in_flight + count < window && count < allowed && length + 4096 < sizeof out) {
    length += message_frame(out + length, index, now_us());
    count++;
  }
  if (count == 0 || !send_bytes(c, out, length)) return 0;
  c->in_flight += count;
  return count;
}

static void command_acks(int senders, uint32_t window, double seconds, double warmup_s,
                         uint64_t limit) {
  reset_totals();
  closed_count = 0;
  int64_t start_us = now_us(), from_us = start_us + (int64_t)(warmup_s * 1e6);
  int64_t end_us = from_us + (int64_t)(seconds * 1e6);
  uint64_t sent = 0, acked_before = 0;
  bool is_measuring = false;
  while (now_us() < end_us && (limit == 0 || totals.acked < limit) && closed_count == 0) {
    if (!is_measuring && now_us() >= from_us) {
      is_measuring = true;
      acked_before = totals.acked;
      acks_measured_from_us = now_us();
      begin_usage();
    }
    for (int i = 0; i < senders; i++) {
      uint64_t allowed = limit == 0 ? UINT64_MAX : limit - sent;
      sent += fill_window(i, window, allowed);
    }
    poll_sockets(1000);
  }
  end_usage();
  uint64_t acked = totals.acked - acked_before;
  settle(now_us() + 10000000);
  printf("{\"event\":\"acks\",\"acked\":%lu,\"ackedPerS\":%.1f,\"sent\":%lu,\"ackedInAll\":%lu,"
         "\"gaps\":%lu,\"errors\":%lu,\"firstError\":\"%s\",\"closed\":%d,\"p50Ms\":%.2f,"
         "\"p99Ms\":%.2f,\"offset\":%ld,",
         (unsigned long)acked, (double)acked / ((double)used.at_us / 1e6), (unsigned long)sent,
         (unsigned long)totals.acked, (unsigned long)totals.gaps, (unsigned long)totals.errors,
         totals.first_error, closed_count, percentile_ms(.5), percentile_ms(.99),
         (long)newest_offset);
  print_usage();
  printf("}\n");
}

// ---------------------------------------------------------------- resume

static void command_resume(int count, int concurrency, double rate, double timeout_s) {
  reset_totals();
  closed_count = 0;
  int senders = open_count, before = open_count, started = 0;
  struct pace pace = {
      .period_us = 1e6 / rate, .senders = senders, .burst = 1, .start_us = now_us()};
  measured_from_us = pace.start_us;
  pace.end_us = pace.start_us + (int64_t)(timeout_s * 1e6);
  begin_usage();
  while (now_us() < pace.end_us && totals.resumed + totals.resume_failed < (uint64_t)count &&
         closed_count == 0) {
    start_some(&started, count, concurrency, before, RESUMING);
    poll_sockets(send_due(&pace));
  }
  double elapsed_s = (double)(now_us() - pace.start_us) / 1e6;
  uint64_t in_time = totals.delivered;
  end_usage();
  settle(now_us() + 5000000);
  int resumed_open = open_count - before;
  open_count = before;
  printf("{\"event\":\"resume\",\"resumed\":%lu,\"resumeFailed\":%lu,\"replayed\":%lu,"
         "\"resumeS\":%.3f,",
         (unsigned long)totals.resumed, (unsigned long)totals.resume_failed,
         (unsigned long)totals.replayed, elapsed_s);
  print_fanout(&pace, elapsed_s, in_time);
  open_count = before + resumed_open;
  print_usage();
  printf("}\n");
}

// ---------------------------------------------------------------- commands

static void run_command(const char *line) {
  int a, b, c;
  double w, x, y, z;
  unsigned long limit;
  long offset;
  if (sscanf(line, "connect %d %d %lf", &a, &b, &x) == 3) {
    command_connect("connected", a, b, x);
  } else if (sscanf(line, "storm %d %d %lf", &a, &b, &x) == 3) {
    storm_size = a;
    command_connect("stormed", a, b, x);
  } else if (!strcmp(line, "stall")) {
    command_stall();
  } else if (!strcmp(line, "wake")) {
    command_wake();
  } else if (sscanf(line, "fanout %lf %lf %lf %lf %d %d", &w, &x, &y, &z, &a, &b) == 6) {
    if (b < 1 || b > MAX_BURST) fail("a burst has 1 to %d messages", MAX_BURST);
    command_fanout(w, x, y, z, a < connection_count ? a : connection_count, b);
  } else if (sscanf(line, "acks %d %d %lf %lf %lu", &a, &b, &x, &y, &limit) == 5) {
    command_acks(a < connection_count ? a : connection_count, (uint32_t)b, x, y, limit);
  } else if (sscanf(line, "resume %d %d %lf %lf %ld %127s", &a, &c, &x, &y, &offset,
                    resume_epoch) == 6) {
    resume_offset = offset;
    command_resume(a, c, x, y);
  } else if (!strcmp(line, "sample")) {
    begin_usage();
    end_usage();
    printf("{\"event\":\"sample\",\"totalCpuS\":%.4f,", process_cpu_s(server_pid));
    print_usage();
    printf("}\n");
  } else {
    fail("unknown command: %s", line);
  }
  fflush(stdout);
}

/** Reads commands from stdin between polls; the end of stdin ends the program. */
static void serve_commands(void) {
  char line[512];
  size_t length = 0;
  fcntl(0, F_SETFL, O_NONBLOCK);
  while (true) {
    poll_sockets(5000);
    char character;
    ssize_t n;
    while ((n = read(0, &character, 1)) == 1) {
      if (character != '\n') {
        if (length + 1 < sizeof line) line[length++] = character;
        continue;
      }
      line[length] = 0;
      length = 0;
      run_command(line);
    }
    if (n == 0) return;
  }
}

int main(int count, char **arguments) {
  for (int i = 1; i + 1 < count; i += 2) {
    const char *name = arguments[i], *value = arguments[i + 1];
    if (!strcmp(name, "--port")) port = atoi(value);
    else if (!strcmp(name, "--server-pid")) server_pid = atoi(value);
    else if (!strcmp(name, "--content-bytes")) content_bytes = atoi(value);
    else if (!strcmp(name, "--chats")) chats.count = atoi(value);
    else if (!strcmp(name, "--members")) chats.members = atoi(value);
    else if (!strcmp(name, "--users")) chats.users = atoi(value);
    else if (!strcmp(name, "--protocol"))
      for (size_t p = 0; p < sizeof protocols / sizeof *protocols; p++)
        if (!strcmp(protocols[p].name, value)) protocol = &protocols[p];
  }
  if (!protocol || !port || !server_pid) fail("--port, --protocol and --server-pid are needed");
  if (content_bytes > 1000) fail("--content-bytes is at most 1000");
  connection_capacity = (int)sysconf(_SC_OPEN_MAX) - 32;
  if (connection_capacity > 60000) connection_capacity = 60000;
  connections = calloc((size_t)connection_capacity, sizeof *connections);
  epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  serve_commands();
  return 0;
}
