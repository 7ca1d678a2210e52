package topology

// Access is who may use a server, and how.
type Access struct {
	Origin Origin `json:"-"` // the container

	// Password is false when the default user, as which every connection begins,
	// needs none. Its origin is what decides that, or where a password would be
	// set.
	Password Field[bool] `json:"password"`
	// NoPass is true when an ACL declares the default user with nopass, which
	// counts whatever requirepass says.
	NoPass bool `json:"nopass"`
	// Remote is false when only clients in the same Pod are served: the server
	// binds to loopback addresses, or protected mode, where it is written, keeps
	// others out.
	Remote Field[bool] `json:"remote"`
	// ProtectedMode is nil when it cannot be seen.
	ProtectedMode *Flag `json:"protected_mode"`
	// TLS is true when the server takes clients over TLS. Unknown where a proxy
	// in the Pod may do that for it.
	TLS Field[bool] `json:"tls"`
}

// WrittenPassword is a password that stands in a manifest as it is: not in a
// Secret, not in a reference to one.
type WrittenPassword struct {
	Origin Origin `json:"-"`

	Setting string `json:"setting"` // what it is the value of: "requirepass", "variable REDIS_PASSWORD"
	Kind    string `json:"kind"`    // of the object that it stands in
}
