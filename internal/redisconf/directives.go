package redisconf

import (
	"math"
	"strconv"
	"strings"
)

// spec says what the server accepts for one directive and what it does without it.
type spec struct {
	kind     kind
	fallback string
	// low and high bound a number, inclusive; high holds the bits of a signed number unless isUnsigned.
	low                            int64
	high                           uint64
	isUnsigned, isOctal, isPercent bool
	// values are the words of a choice; newer are those that only servers after 7.0 know.
	values, newer []string
	// isList: any number of arguments, and a single one is split again.
	isList bool
}

type kind int

const (
	isText kind = iota
	isBool
	isChoice
	isInteger
	isMemory
)

func text(fallback string) spec { return spec{kind: isText, fallback: fallback} }
func list(fallback string) spec { return spec{kind: isText, fallback: fallback, isList: true} }

func yesno(fallback bool) spec {
	if fallback {
		return spec{kind: isBool, fallback: "yes"}
	}
	return spec{kind: isBool, fallback: "no"}
}

func choice(fallback string, values ...string) spec {
	return spec{kind: isChoice, fallback: fallback, values: values}
}

func integer(low int64, high uint64, fallback int64) spec {
	return spec{kind: isInteger, fallback: strconv.FormatInt(fallback, 10), low: low, high: high}
}

func memory(low int64, high uint64, fallback int64) spec {
	return spec{kind: isMemory, fallback: strconv.FormatInt(fallback, 10), low: low, high: high}
}

func (s spec) unsigned() spec             { s.isUnsigned = true; return s }
func (s spec) octal() spec                { s.isOctal = true; return s }
func (s spec) percent() spec              { s.isPercent = true; return s }
func (s spec) several() spec              { s.isList = true; return s }
func (s spec) later(words ...string) spec { s.newer = words; return s }

// Default returns what Redis 7.0 does when nothing sets the directive, as CONFIG GET would print it.
func Default(name string) (value string, ok bool) {
	s, ok := specs[canonical(name)]
	return s.fallback, ok
}

// canonical lower-cases a directive's name and resolves the aliases that Redis keeps for it.
func canonical(name string) string {
	name = strings.ToLower(name)
	if now, ok := aliases[name]; ok {
		return now
	}
	return name
}

// aliases are the names from before Redis 5 (slave) and before Redis 7 (ziplist, lua).
var aliases = map[string]string{
	"cluster-slave-no-failover":     "cluster-replica-no-failover",
	"slave-lazy-flush":              "replica-lazy-flush",
	"slave-serve-stale-data":        "replica-serve-stale-data",
	"slave-read-only":               "replica-read-only",
	"slave-ignore-maxmemory":        "replica-ignore-maxmemory",
	"slave-announce-ip":             "replica-announce-ip",
	"cluster-slave-validity-factor": "cluster-replica-validity-factor",
	"list-max-ziplist-size":         "list-max-listpack-size",
	"slave-priority":                "replica-priority",
	"slave-announce-port":           "replica-announce-port",
	"repl-ping-slave-period":        "repl-ping-replica-period",
	"min-slaves-to-write":           "min-replicas-to-write",
	"min-slaves-max-lag":            "min-replicas-max-lag",
	"lua-time-limit":                "busy-reply-threshold",
	"hash-max-ziplist-entries":      "hash-max-listpack-entries",
	"zset-max-ziplist-entries":      "zset-max-listpack-entries",
	"hash-max-ziplist-value":        "hash-max-listpack-value",
	"zset-max-ziplist-value":        "zset-max-listpack-value",
	"slaveof":                       "replicaof",
}

// ignored directives are read and dropped when they have exactly one argument.
var ignored = map[string]bool{"list-max-ziplist-entries": true, "list-max-ziplist-value": true, "lua-replicate-commands": true}

// specs are the directives of Redis 7.0 (config.c), TLS included.
var specs = map[string]spec{
	"acl-pubsub-default":                    choice("resetchannels", "allchannels", "resetchannels"),
	"aclfile":                               text(""),
	"acllog-max-len":                        integer(0, math.MaxInt64, 128),
	"active-defrag-cycle-max":               integer(1, 99, 25),
	"active-defrag-cycle-min":               integer(1, 99, 1),
	"active-defrag-ignore-bytes":            memory(1, math.MaxInt64, 104857600).unsigned(),
	"active-defrag-max-scan-fields":         integer(1, math.MaxInt64, 1000),
	"active-defrag-threshold-lower":         integer(0, 1000, 10),
	"active-defrag-threshold-upper":         integer(0, 1000, 100),
	"active-expire-effort":                  integer(1, 10, 1),
	"activedefrag":                          yesno(false),
	"activerehashing":                       yesno(true),
	"always-show-logo":                      yesno(false),
	"aof-disable-auto-gc":                   yesno(false),
	"aof-load-truncated":                    yesno(true),
	"aof-rewrite-incremental-fsync":         yesno(true),
	"aof-timestamp-enabled":                 yesno(false),
	"aof-use-rdb-preamble":                  yesno(true),
	"aof_rewrite_cpulist":                   text(""),
	"appenddirname":                         text("appendonlydir"),
	"appendfilename":                        text("appendonly.aof"),
	"appendfsync":                           choice("everysec", "everysec", "always", "no"),
	"appendonly":                            yesno(false),
	"auto-aof-rewrite-min-size":             memory(0, math.MaxInt64, 67108864),
	"auto-aof-rewrite-percentage":           integer(0, math.MaxInt32, 100),
	"bgsave_cpulist":                        text(""),
	"bind":                                  list("* -::*"),
	"bind-source-addr":                      text(""),
	"bio_cpulist":                           text(""),
	"busy-reply-threshold":                  integer(0, math.MaxInt64, 5000),
	"client-output-buffer-limit":            list("normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60"),
	"client-query-buffer-limit":             memory(1024*1024, math.MaxInt64, 1073741824).unsigned(),
	"cluster-allow-pubsubshard-when-down":   yesno(true),
	"cluster-allow-reads-when-down":         yesno(false),
	"cluster-allow-replica-migration":       yesno(true),
	"cluster-announce-bus-port":             integer(0, 65535, 0),
	"cluster-announce-hostname":             text(""),
	"cluster-announce-ip":                   text(""),
	"cluster-announce-port":                 integer(0, 65535, 0),
	"cluster-announce-tls-port":             integer(0, 65535, 0),
	"cluster-config-file":                   text("nodes.conf"),
	"cluster-enabled":                       yesno(false),
	"cluster-link-sendbuf-limit":            memory(0, math.MaxUint64, 0).unsigned(),
	"cluster-migration-barrier":             integer(0, math.MaxInt32, 1),
	"cluster-node-timeout":                  integer(0, math.MaxInt64, 15000),
	"cluster-port":                          integer(0, 65535, 0),
	"cluster-preferred-endpoint-type":       choice("ip", "ip", "hostname", "unknown-endpoint"),
	"cluster-replica-no-failover":           yesno(false),
	"cluster-replica-validity-factor":       integer(0, math.MaxInt32, 10),
	"cluster-require-full-coverage":         yesno(true),
	"crash-log-enabled":                     yesno(true),
	"crash-memcheck-enabled":                yesno(true),
	"daemonize":                             yesno(false),
	"databases":                             integer(1, math.MaxInt32, 16),
	"dbfilename":                            text("dump.rdb"),
	"dir":                                   text("./"),
	"disable-thp":                           yesno(true),
	"dynamic-hz":                            yesno(true),
	"enable-debug-command":                  choice("no", "no", "yes", "local"),
	"enable-module-command":                 choice("no", "no", "yes", "local"),
	"enable-protected-configs":              choice("no", "no", "yes", "local"),
	"hash-max-listpack-entries":             integer(0, math.MaxInt64, 512).unsigned(),
	"hash-max-listpack-value":               memory(0, math.MaxInt64, 64).unsigned(),
	"hll-sparse-max-bytes":                  memory(0, math.MaxInt64, 3000).unsigned(),
	"hz":                                    integer(0, math.MaxInt32, 10),
	"ignore-warnings":                       text(""),
	"io-threads":                            integer(1, 128, 1),
	"io-threads-do-reads":                   yesno(false),
	"jemalloc-bg-thread":                    yesno(true),
	"key-load-delay":                        integer(math.MinInt32, math.MaxInt32, 0),
	"latency-monitor-threshold":             integer(0, math.MaxInt64, 0),
	"latency-tracking":                      yesno(true),
	"latency-tracking-info-percentiles":     list("50 99 99.9"),
	"lazyfree-lazy-eviction":                yesno(false),
	"lazyfree-lazy-expire":                  yesno(false),
	"lazyfree-lazy-server-del":              yesno(false),
	"lazyfree-lazy-user-del":                yesno(false),
	"lazyfree-lazy-user-flush":              yesno(false),
	"lfu-decay-time":                        integer(0, math.MaxInt32, 1),
	"lfu-log-factor":                        integer(0, math.MaxInt32, 10),
	"list-compress-depth":                   integer(0, math.MaxInt32, 0),
	"list-max-listpack-size":                integer(math.MinInt32, math.MaxInt32, -2),
	"loading-process-events-interval-bytes": integer(1024, math.MaxInt32, 2097152),
	"logfile":                               text(""),
	"loglevel":                              choice("notice", "debug", "verbose", "notice", "warning").later("nothing"),
	"masterauth":                            text(""),
	"masteruser":                            text(""),
	"maxclients":                            integer(1, math.MaxUint32, 10000).unsigned(),
	"maxmemory":                             memory(0, math.MaxUint64, 0).unsigned(),
	"maxmemory-clients":                     memory(-100, math.MaxInt64, 0).percent(),
	"maxmemory-eviction-tenacity":           integer(0, 100, 10),
	"maxmemory-policy":                      choice("noeviction", "volatile-lru", "volatile-lfu", "volatile-random", "volatile-ttl", "allkeys-lru", "allkeys-lfu", "allkeys-random", "noeviction").later("allkeys-lrm", "volatile-lrm"),
	"maxmemory-samples":                     integer(1, math.MaxInt32, 5),
	"min-replicas-max-lag":                  integer(0, math.MaxInt32, 10),
	"min-replicas-to-write":                 integer(0, math.MaxInt32, 0),
	"no-appendfsync-on-rewrite":             yesno(false),
	"notify-keyspace-events":                text(""),
	"oom-score-adj":                         choice("no", "no", "yes", "relative", "absolute"),
	"oom-score-adj-values":                  list("0 200 800"),
	"pidfile":                               text(""),
	"port":                                  integer(0, 65535, 6379),
	"proc-title-template":                   text("{title} {listen-addr} {server-mode}"),
	"propagation-error-behavior":            choice("ignore", "ignore", "panic", "panic-on-replicas"),
	"protected-mode":                        yesno(true),
	"proto-max-bulk-len":                    memory(1024*1024, math.MaxInt64, 536870912),
	"rdb-del-sync-files":                    yesno(false),
	"rdb-key-save-delay":                    integer(math.MinInt32, math.MaxInt32, 0),
	"rdb-save-incremental-fsync":            yesno(true),
	"rdbchecksum":                           yesno(true),
	"rdbcompression":                        yesno(true),
	"repl-backlog-size":                     memory(1, math.MaxInt64, 1048576),
	"repl-backlog-ttl":                      integer(0, math.MaxInt64, 3600),
	"repl-disable-tcp-nodelay":              yesno(false),
	"repl-diskless-load":                    choice("disabled", "disabled", "on-empty-db", "swapdb").later("flush-before-load"),
	"repl-diskless-sync":                    yesno(true),
	"repl-diskless-sync-delay":              integer(0, math.MaxInt32, 5),
	"repl-diskless-sync-max-replicas":       integer(0, math.MaxInt32, 0),
	"repl-ping-replica-period":              integer(1, math.MaxInt32, 10),
	"repl-timeout":                          integer(1, math.MaxInt32, 60),
	"replica-announce-ip":                   text(""),
	"replica-announce-port":                 integer(0, 65535, 0),
	"replica-announced":                     yesno(true),
	"replica-ignore-disk-write-errors":      yesno(false),
	"replica-ignore-maxmemory":              yesno(true),
	"replica-lazy-flush":                    yesno(false),
	"replica-priority":                      integer(0, math.MaxInt32, 100),
	"replica-read-only":                     yesno(true),
	"replica-serve-stale-data":              yesno(true),
	"replicaof":                             list(""),
	"requirepass":                           text(""),
	"sanitize-dump-payload":                 choice("no", "no", "yes", "clients"),
	"save":                                  list("3600 1 300 100 60 10000"),
	"server_cpulist":                        text(""),
	"set-max-intset-entries":                integer(0, math.MaxInt64, 512).unsigned(),
	"set-proc-title":                        yesno(true),
	"shutdown-on-sigint":                    choice("default", "default", "save", "nosave", "now", "force").several(),
	"shutdown-on-sigterm":                   choice("default", "default", "save", "nosave", "now", "force").several(),
	"shutdown-timeout":                      integer(0, math.MaxInt32, 10),
	"slowlog-log-slower-than":               integer(-1, math.MaxInt64, 10000),
	"slowlog-max-len":                       integer(0, math.MaxInt64, 128),
	"socket-mark-id":                        integer(0, math.MaxUint32, 0).unsigned(),
	"stop-writes-on-bgsave-error":           yesno(true),
	"stream-node-max-bytes":                 memory(0, math.MaxInt64, 4096).unsigned(),
	"stream-node-max-entries":               integer(0, math.MaxInt64, 100),
	"supervised":                            choice("no", "upstart", "systemd", "auto", "no"),
	"syslog-enabled":                        yesno(false),
	"syslog-facility":                       choice("local0", "user", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7"),
	"syslog-ident":                          text("redis"),
	"tcp-backlog":                           integer(0, math.MaxInt32, 511),
	"tcp-keepalive":                         integer(0, math.MaxInt32, 300),
	"timeout":                               integer(0, math.MaxInt32, 0),
	"tls-auth-clients":                      choice("yes", "no", "yes", "optional"),
	"tls-ca-cert-dir":                       text(""),
	"tls-ca-cert-file":                      text(""),
	"tls-cert-file":                         text(""),
	"tls-ciphers":                           text(""),
	"tls-ciphersuites":                      text(""),
	"tls-client-cert-file":                  text(""),
	"tls-client-key-file":                   text(""),
	"tls-client-key-file-pass":              text(""),
	"tls-cluster":                           yesno(false),
	"tls-dh-params-file":                    text(""),
	"tls-key-file":                          text(""),
	"tls-key-file-pass":                     text(""),
	"tls-port":                              integer(0, 65535, 0),
	"tls-prefer-server-ciphers":             yesno(false),
	"tls-protocols":                         text(""),
	"tls-replication":                       yesno(false),
	"tls-session-cache-size":                integer(0, math.MaxInt32, 20480),
	"tls-session-cache-timeout":             integer(0, math.MaxInt32, 300),
	"tls-session-caching":                   yesno(true),
	"tracking-table-max-keys":               integer(0, math.MaxInt64, 1000000).unsigned(),
	"unixsocket":                            text(""),
	"unixsocketperm":                        integer(0, 0o777, 0).unsigned().octal(),
	"use-exit-on-panic":                     yesno(false),
	"watchdog-period":                       integer(0, math.MaxInt32, 0),
	"zset-max-listpack-entries":             integer(0, math.MaxInt64, 128).unsigned(),
	"zset-max-listpack-value":               memory(0, math.MaxInt64, 64).unsigned(),
}
