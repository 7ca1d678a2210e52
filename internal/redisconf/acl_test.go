package redisconf

import "testing"

func TestDefaultUser(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		config                   string
		declared, nopass, unsure bool
	}{
		"nobody declares it":                  {config: "requirepass x\nuser alice on nopass ~* +@all"},
		"nopass":                              {config: "user default on nopass ~* &* +@all", declared: true, nopass: true},
		"nopass, whatever requirepass says":   {config: "requirepass x\nuser default on nopass ~* &* +@all", declared: true, nopass: true},
		"a password":                          {config: "user default on >secret ~* &* +@all", declared: true},
		"a hash after nopass":                 {config: "user default on nopass #abc ~* &* +@all", declared: true},
		"off":                                 {config: "user default off nopass ~* &* +@all", declared: true},
		"neither on nor a password":           {config: "user default ~* &* +@all", declared: true},
		"reset at last":                       {config: "user default on nopass reset", declared: true},
		"a password known only at run time":   {config: "user default on >${PASSWORD} ~* +@all", declared: true, unsure: true},
		"a name in other letters is not it":   {config: "user Default on nopass ~* +@all"},
		"rules in other letters":              {config: "user default ON NOPASS ~* +@all", declared: true, nopass: true},
		"a declaration without any rule":      {config: "user default", declared: true},
		"a statement without a name declares": {config: "user"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			u, declared := DefaultUser(Parse(tt.config, nil).Directives)
			if declared != tt.declared || u.NoPass != tt.nopass || u.Unsure != tt.unsure {
				t.Errorf("declared %v, nopass %v, unsure %v", declared, u.NoPass, u.Unsure)
			}
		})
	}
}

func TestDeprecated(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		line string
		want Deprecation
		ok   bool
	}{
		"a replica by its old name":      {"slaveof redis-0 6379", Deprecation{"replicaof", 5}, true},
		"a ziplist, in capitals":         {"Hash-Max-Ziplist-Entries 512", Deprecation{"hash-max-listpack-entries", 7}, true},
		"the limit of scripts":           {"lua-time-limit 5000", Deprecation{"busy-reply-threshold", 7}, true},
		"what servers ignore":            {"lua-replicate-commands yes", Deprecation{"", 7}, true},
		"entries of lists":               {"list-max-ziplist-entries 512", Deprecation{"list-max-listpack-size", 7}, true},
		"the class of a buffer":          {"client-output-buffer-limit normal 0 0 0 slave 256mb 64mb 60", Deprecation{"client-output-buffer-limit replica", 5}, true},
		"the class of a buffer, renamed": {"client-output-buffer-limit replica 256mb 64mb 60", Deprecation{}, false},
		"a name of today":                {"replicaof redis-0 6379", Deprecation{}, false},
		"a name of nothing":              {"slave-of-habit yes", Deprecation{}, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, ok := Deprecated(Parse(tt.line, nil).Directives[0])
			if got != tt.want || ok != tt.ok {
				t.Errorf("%+v, %v", got, ok)
			}
		})
	}
}
