package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"example.org/hotline/configs"
	"example.org/hotline/dispatch/notify"
)

// noticesCommand is `hotline notices`: what whoever words the notices needs.
func noticesCommand(config *string) *cobra.Command {
	cmd := &cobra.Command{Use: "notices", Short: "Preview the texts of notices, and make the keys of web push"}
	cmd.AddCommand(&cobra.Command{
		Use:   "preview [NAME]",
		Short: "Show every notice with typical values, its length and the short messages it takes",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			dir := ""
			if cfg, err := loadConfig(*config); err == nil { // it also runs where no line is set up
				dir = cfg.Policy.Dir
			}
			policies, err := configs.LoadPolicies(dir)
			if err != nil {
				return err
			}
			return previewNotices(cmd.OutOrStdout(), policies.Notices, strings.Join(args, ""))
		},
	}, &cobra.Command{
		Use:   "keys",
		Short: "Make a key pair for web push (webpush.public_key and webpush.private_key)",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			public, private, err := notify.NewVAPID()
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "webpush:\n  public_key: %s\n  private_key: %s # better in a file of its own: file:/path\n", public, private)
			return err
		},
	})
	return cmd
}

func previewNotices(out io.Writer, notices configs.Notices, only string) error {
	shown := 0
	for _, n := range previews(notices) {
		if only != "" && n.Name != only {
			continue
		}
		shown++
		personal := ""
		if len(n.Personal) > 0 {
			personal = "; about a person: " + strings.Join(n.Personal, ", ")
		}
		if _, err := fmt.Fprintf(out, "%s (to %s, %d characters, %d of %d short messages%s)\n  %s\n  %s\n", n.Name, n.For, n.Characters, n.Parts, n.Most, personal, n.Zh, n.En); err != nil {
			return err
		}
	}
	if shown == 0 {
		return fmt.Errorf("there is no notice %q", only)
	}
	return nil
}
