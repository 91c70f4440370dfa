package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"example.org/hotline/store"
)

func migrateCommand(config *string) *cobra.Command {
	return &cobra.Command{
		Use:   "migrate",
		Short: "Bring the database to the newest version (needs postgres.owner_url)",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := loadConfig(*config)
			if err != nil {
				return err
			}
			if cfg.Postgres.OwnerURL.Reveal() == "" {
				return fmt.Errorf("postgres.owner_url is empty: set it, or HOTLINE_POSTGRES_OWNER_URL, to the owner role's address")
			}
			owner := cfg.Postgres.OwnerURL.Reveal()
			if err := store.Migrate(cmd.Context(), owner); err != nil {
				return err
			}
			current, _, err := store.SchemaVersion(cmd.Context(), owner)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "the database is at version %d\n", current)
			return err
		},
	}
}
