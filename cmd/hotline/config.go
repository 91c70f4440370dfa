package main

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"example.org/hotline/configs"
	"example.org/hotline/internal/seal"
	"example.org/hotline/store"
)

// devFolder is where `hotline dev` keeps its servers, data and settings.
const devFolder = ".hotline"

// loadConfig reads the settings of this node. Every fault is reported at once.
func loadConfig(path string) (configs.Config, error) {
	if path == "" {
		path = os.Getenv("HOTLINE_CONFIG")
	}
	if dev := filepath.Join(devFolder, "hotline.yaml"); path == "" {
		if _, err := os.Stat(dev); err == nil {
			path = dev
		}
	}
	return configs.Load(path, os.Environ())
}

// newLogger writes the log in the form the settings ask for.
func newLogger(c configs.LogConfig) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.Level)); err != nil {
		level = slog.LevelInfo
	}
	options := &slog.HandlerOptions{Level: level}
	if c.Format == "json" {
		return slog.New(slog.NewJSONHandler(os.Stderr, options))
	}
	return slog.New(slog.NewTextHandler(os.Stderr, options))
}

// openStore opens the keys and the database of a one-shot command.
func openStore(cfg configs.Config, log *slog.Logger) (*store.DB, error) {
	keys, err := seal.Load(cfg.Keys.File)
	if err != nil {
		return nil, fmt.Errorf("load the keys: %w", err)
	}
	queues, err := configs.LoadQueues(cfg.Queue.File)
	if err != nil {
		return nil, err
	}
	return store.Open(store.Options{URL: cfg.Postgres.URL.Reveal(), MaxConns: 4, Sealer: keys, Skills: queues.KnownSkills(), Logger: log})
}
