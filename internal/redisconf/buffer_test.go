package redisconf

import "testing"

func TestOutputBufferLimit(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		conf  string
		want  int64
		known bool
		line  string // of the directive that decides; "" for none
	}{
		"the default":                      {"", 256 << 20, true, ""},
		"set":                              {"client-output-buffer-limit replica 64mb 16mb 60", 64 << 20, true, "client-output-buffer-limit replica 64mb 16mb 60"},
		"by its old name":                  {"client-output-buffer-limit slave 1g 0 0", 1e9, true, "client-output-buffer-limit slave 1g 0 0"},
		"another class alone":              {"client-output-buffer-limit normal 1gb 0 0", 256 << 20, true, ""},
		"one of several classes":           {"client-output-buffer-limit normal 0 0 0 REPLICA 5mb 0 0", 5 << 20, true, "client-output-buffer-limit normal 0 0 0 REPLICA 5mb 0 0"},
		"the last line counts":             {"client-output-buffer-limit replica 1mb 0 0\nclient-output-buffer-limit replica 2mb 0 0\nclient-output-buffer-limit pubsub 3mb 0 0", 2 << 20, true, "client-output-buffer-limit replica 2mb 0 0"},
		"unlimited":                        {"client-output-buffer-limit replica 0 0 0", 0, true, "client-output-buffer-limit replica 0 0 0"},
		"known only at run time":           {"client-output-buffer-limit replica ${LIMIT} 0 0", 0, false, "client-output-buffer-limit replica ${LIMIT} 0 0"},
		"refused":                          {"client-output-buffer-limit replica 1Gi 0 0", 0, false, "client-output-buffer-limit replica 1Gi 0 0"},
		"behind a file that is not seen":   {"include /etc/unseen.conf", 0, false, ""},
		"set after what is not seen":       {"include /etc/unseen.conf\nclient-output-buffer-limit replica 1mb 0 0", 1 << 20, true, "client-output-buffer-limit replica 1mb 0 0"},
		"set before what is not seen":      {"client-output-buffer-limit replica 1mb 0 0\ninclude /etc/unseen.conf", 0, false, "client-output-buffer-limit replica 1mb 0 0"},
		"set again after a run-time value": {"client-output-buffer-limit replica $X 0 0\nclient-output-buffer-limit replica 1mb 0 0", 1 << 20, true, "client-output-buffer-limit replica 1mb 0 0"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, known, d := Merge(Parse(test.conf, nil).Directives).OutputBufferLimit("replica")
			if known != test.known || known && got != test.want {
				t.Errorf("got %d, known %t, want %d, %t", got, known, test.want, test.known)
			}
			line := ""
			if d != nil {
				line = test.conf[d.Offset:d.End]
			}
			if line != test.line {
				t.Errorf("decided by %q, want %q", line, test.line)
			}
		})
	}
}
