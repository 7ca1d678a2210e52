package config

import (
	_ "embed"
	"fmt"
	"os"
)

//go:embed starter.yaml
var starter []byte

// Starter returns a configuration that says nothing, and shows in comments what one can.
func Starter() []byte { return append([]byte(nil), starter...) }

// Init writes the starter to a path where nothing is yet.
func Init(path string) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return fmt.Errorf("write a configuration: %w", err)
	}
	_, err = file.Write(starter)
	if closed := file.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return fmt.Errorf("write a configuration: %w", err)
	}
	return nil
}
