package redisconf

import "strings"

// User is a user as an ACL declares it.
type User struct {
	Directive Directive
	// NoPass is true when whoever names the user is let in, without a password.
	NoPass bool
	// Unsure: a rule is only known at run time.
	Unsure bool
}

// DefaultUser returns the default user, as which every connection begins, of the users that a configuration or an ACL file
// declares. Not ok: none declares it.
//
// A declaration begins with a user that is off and has no password (ACLSetUser "reset"), so that without nopass nobody gets in
// unasked.
func DefaultUser(directives []Directive) (User, bool) {
	for _, d := range directives {
		if d.Name != "user" || len(d.Args) == 0 || d.Args[0].Value != "default" {
			continue
		}
		u := User{Directive: d, Unsure: d.Dynamic || d.Conditional}
		on, open := false, false
		for _, arg := range d.Args[1:] {
			switch rule := strings.ToLower(arg.Value); {
			case rule == "on":
				on = true
			case rule == "off":
				on = false
			case rule == "nopass":
				open = true
			case rule == "reset":
				on, open = false, false
			case rule == "resetpass", strings.HasPrefix(rule, ">"), strings.HasPrefix(rule, "#"):
				open = false
			}
		}
		u.NoPass = on && open
		return u, true
	}
	return User{}, false
}
