// Command webhook judges changes of Redis as a validating admission webhook. It knows HTTP, TLS and the API server's manners;
// it knows no rule.
package main

import (
	"context"
	"os"
)

func main() { os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr)) }
