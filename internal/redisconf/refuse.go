package redisconf

import (
	"errors"
	"slices"
	"strconv"
	"strings"
)

// words are the arguments as the setting sees them: a list given as one argument is split again.
func (s spec) words(args []string) []string {
	if s.isList && len(args) == 1 && args[0] != "" {
		split, _ := split(args[0])
		args = make([]string, len(split))
		for i, word := range split {
			args[i] = word.Value
		}
	}
	return args
}

// refuse returns why the server does not start with the directive, in its words; nil when it does.
func (s spec) refuse(d Directive) error {
	if !s.isList && len(d.Args) != 1 {
		return errArguments
	}
	args := s.words(d.Values())
	if rule, ok := special[d.Name]; ok {
		return rule(args)
	}
	switch s.kind {
	case isText:
	case isBool:
		if _, ok := parseBool(args[0]); !ok {
			return errBool
		}
	case isChoice:
		_, err := s.choose(args)
		if err == nil && holds(args, "save") && holds(args, "nosave") {
			err = errors.New("shutdown options SAVE and NOSAVE can't be used simultaneously")
		}
		return err
	case isInteger, isMemory:
		_, err := s.number(args[0])
		return err
	}
	return nil
}

func holds(words []string, word string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return strings.EqualFold(w, word) })
}

// special holds the settings with rules of their own.
var special = map[string]func(args []string) error{
	"save":                              refuseSave,
	"client-output-buffer-limit":        refuseBufferLimit,
	"oom-score-adj-values":              refuseScores,
	"notify-keyspace-events":            refuseEvents,
	"bind":                              refuseBind,
	"replicaof":                         refuseReplicaOf,
	"latency-tracking-info-percentiles": refusePercentiles,
	"dbfilename":                        baseName("dbfilename", "filename", true),
	"appendfilename":                    baseName("appendfilename", "filename", false),
	"appenddirname":                     baseName("appenddirname", "dirname", false),
	"cluster-announce-hostname":         refuseHostname,
}

func refuseSave(args []string) error {
	if len(args) == 1 && args[0] == "" {
		return nil
	}
	invalid := errors.New("Invalid save parameters")
	if len(args)%2 != 0 {
		return invalid
	}
	for i, arg := range args {
		if n, ok := parseLoosely(arg, 10); !ok || n < int64(1-i%2) {
			return invalid
		}
	}
	return nil
}

func refuseBufferLimit(args []string) error {
	if len(args)%4 != 0 {
		return errors.New("Wrong number of arguments in buffer limit configuration.")
	}
	for i := 0; i < len(args); i += 4 {
		switch strings.ToLower(args[i]) {
		case "normal", "slave", "replica", "pubsub":
		default:
			return errors.New("Invalid client class specified in buffer limit configuration.")
		}
		_, hard := ParseMemory(args[i+1])
		_, soft := ParseMemory(args[i+2])
		seconds, ok := parseLoosely(args[i+3], 10)
		if !hard || !soft || !ok || int32(seconds) < 0 {
			return errors.New("Error in hard, soft or soft_seconds setting in buffer limit configuration.")
		}
	}
	return nil
}

func refuseScores(args []string) error {
	if len(args) != 3 {
		return errArguments
	}
	for _, arg := range args {
		if n, ok := parseLoosely(arg, 10); !ok || n < -2000 || n > 2000 {
			return errors.New("Invalid oom-score-adj-values, elements must be between -2000 and 2000.")
		}
	}
	return nil
}

func refuseEvents(args []string) error {
	if strings.Trim(args[0], "Ag$lshzxeKEtmdn") != "" {
		return errors.New("Invalid event class character. Use 'Ag$lshzxeKEtmdn'.")
	}
	return nil
}

func refuseBind(args []string) error {
	if len(args) > 16 {
		return errors.New("Too many bind addresses specified.")
	}
	return nil
}

func refuseReplicaOf(args []string) error {
	if len(args) != 2 {
		return errArguments
	}
	if strings.EqualFold(args[0], "no") && strings.EqualFold(args[1], "one") {
		return nil
	}
	if port, ok := parseLoosely(args[1], 10); !ok || port < 0 || port > 65535 {
		return errors.New("Invalid master port")
	}
	return nil
}

func refusePercentiles(args []string) error {
	if len(args) == 1 && args[0] == "" {
		return nil
	}
	for _, arg := range args {
		n, err := strconv.ParseFloat(arg, 64)
		if err != nil {
			return errors.New("Invalid latency-tracking-info-percentiles parameters")
		}
		if !(n >= 0 && n <= 100) {
			return errors.New("latency-tracking-info-percentiles parameters should sit between [0.0,100.0]")
		}
	}
	return nil
}

func baseName(name, noun string, mayBeEmpty bool) func([]string) error {
	return func(args []string) error {
		if args[0] == "" && !mayBeEmpty {
			return errors.New(name + " can't be empty")
		}
		if strings.ContainsAny(args[0], `/\`) {
			return errors.New(name + " can't be a path, just a " + noun)
		}
		return nil
	}
}

func refuseHostname(args []string) error {
	const longest = 255
	if len(args[0]) > longest {
		return errors.New("Hostnames must be less than 256 characters")
	}
	for i := range len(args[0]) {
		if c := args[0][i]; c == '_' || !isNameByte(c) && c != '-' && c != '.' {
			return errors.New("Hostnames may only contain alphanumeric characters, hyphens or dots")
		}
	}
	return nil
}
