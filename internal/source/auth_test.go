package source

import "testing"

func TestWhoNeedsAPassword(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ args, password string }{
		"nobody":                        {"--appendonly, no", "false"},
		"everybody":                     {"--requirepass, secret", "true"},
		"a certificate instead":         {"--port, \"0\", --tls-port, \"6379\"", "unknown"},
		"a certificate, said":           {"--port, \"0\", --tls-port, \"6379\", --tls-auth-clients, \"yes\"", "unknown"},
		"no certificate":                {"--port, \"0\", --tls-port, \"6379\", --tls-auth-clients, \"no\"", "false"},
		"a certificate if there is one": {"--port, \"0\", --tls-port, \"6379\", --tls-auth-clients, optional", "false"},
		"a plain port beside":           {"--tls-port, \"6380\"", "false"},
		"no port at all":                {"--port, \"0\"", "false"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			facts(t, one(t, servers("redis", 1, test.args, "")), map[string]string{"/nodes/0/access/password": test.password})
		})
	}
}
