package configs

import (
	"io/fs"

	"example.org/hotline/relief/care"
	"example.org/hotline/relief/referral"
)

// loadReferrals reads the versions of the catalogue of referrals.
func (p *Policies) loadReferrals(from fs.FS, all *faultList) {
	files := loadDated(from, "catalogue/referrals-*.yaml", all, func() *referral.Catalogue { return new(referral.Catalogue) })
	for _, f := range files {
		p.Referrals = append(p.Referrals, f.rules)
	}
	if len(files) > 0 {
		p.firstCatalogue = files[0]
	}
}

// loadCare reads the versions of the catalogue of what is done beside money.
func (p *Policies) loadCare(from fs.FS, all *faultList) {
	files := loadDated(from, "catalogue/care-*.yaml", all, func() *care.Catalogue { return new(care.Catalogue) })
	for _, f := range files {
		p.Care = append(p.Care, f.rules)
	}
	if len(files) > 0 {
		p.firstCare = files[0]
	}
}
