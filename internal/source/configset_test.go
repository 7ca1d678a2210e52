package source

import (
	"strconv"
	"strings"
	"testing"
)

// What is refused here, and why, a Redis 7.0.15 was asked.
func TestConfigSet(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		item   string
		reason string // part of why it has no effect; "" when it has
	}{
		"a size":                               {"maxmemory 1gb", ""},
		"a name in capitals":                   {"MAXMEMORY 1gb", ""},
		"a size in Kubernetes' units":          {"maxmemory 1Gi", "argument must be a memory value"},
		"a space too many":                     {"maxmemory  1gb", "argument must be a memory value"},
		"a value in quotes":                    {`maxmemory "1gb"`, "argument must be a memory value"},
		"a name alone":                         {"maxmemory", "no value"},
		"several words for one value":          {"client-output-buffer-limit replica 256mb 64mb 60", ""},
		"save points":                          {"save 900 1 300 10", ""},
		"save points in quotes":                {`save "900 1"`, "quotes are part of the value"},
		"an empty value that stays two quotes": {`save ""`, "quotes are part of the value"},
		"an empty value":                       {"save ", ""},
		"what only a start can set":            {"databases 32", "can't set immutable config"},
		"by its old name":                      {"slaveof redis-0 6379", "can't set immutable config"},
		"what is no setting":                   {`rename-command FLUSHALL ""`, "no setting of a running server"},
		"a port":                               {"port 0", ""},
		"a comment":                            {"# for the cache", "Bad directive"},
		"a name with its hyphen missing":       {"max-memory 1gb", "Bad directive"},
		"what a newer server may know":         {"hash-max-listpack-flavour sweet", ""},
		"a placeholder":                        {"maxmemory ${MAXMEMORY}", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := one(t, opstreeLabs("Redis", "cart", opstreeImageLine+"  redisConfig:\n    dynamicConfig:\n    - "+strconv.Quote(test.item)+"\n"))
			config := r.Nodes[0].Config
			if test.reason == "" {
				facts(t, r, map[string]string{"/nodes/0/config/not_loaded": `[]`, "/nodes/0/config/invalid": `[]`})
				return
			}
			if len(config.NotLoaded) != 1 || !strings.Contains(config.NotLoaded[0].Reason, test.reason) {
				t.Errorf("not loaded: %v, want one for %q", config.NotLoaded, test.reason)
			}
			facts(t, r, map[string]string{"/nodes/0/config/invalid": `[]`})
			lines(t, r, map[string]int{"/nodes/0/config/not_loaded/0": 8})
		})
	}
}

func TestConfigSetReplacesSavePoints(t *testing.T) {
	t.Parallel()
	spec := opstreeImageLine + opstreeClaim + "  redisConfig: {dynamicConfig: %s}\n"
	for name, test := range map[string]struct{ list, want string }{
		"by none":       {`["save "]`, `false`},
		"by others":     {`["save 60 1"]`, `true`},
		"refused":       {`['save ""']`, `unknown`},
		"by a template": {`["save {{ points }}"]`, `unknown`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := one(t, opstreeLabs("Redis", "cart", strings.Replace(spec, "%s", test.list, 1)))
			facts(t, r, map[string]string{"/nodes/0/config/save/on": test.want})
		})
	}
}
