package configs

import (
	_ "embed"
	"os"
	"path/filepath"

	"example.org/hotline/ivr/acd"
)

//go:embed queues.yaml
var builtInQueues []byte

// LoadQueues reads a queues file, or the built-in one if path is empty. The
// error lists every fault with its line.
func LoadQueues(path string) (acd.Config, error) {
	if path == "" {
		return parseQueues("queues.yaml", builtInQueues)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return acd.Config{}, &Fault{File: path, Detail: err.Error()}
	}
	return parseQueues(filepath.Base(path), data)
}

func parseQueues(file string, data []byte) (acd.Config, error) {
	var config acd.Config
	l := decode(file, data, &config)
	if len(l.faults) > 0 {
		return acd.Config{}, l.err()
	}
	config, faults := config.Normalize()
	for _, fault := range faults {
		l.take(fault)
	}
	return config, l.err()
}
