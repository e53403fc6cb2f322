package provider

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/client"
)

// agencyBlock is a block of the provider block that names an agency.
type agencyBlock struct {
	at path.Path
	assumeRoleModel
}

// agencyBlocks returns the blocks assume_role.
func (b *configBuilder) agencyBlocks(ctx context.Context, list types.List) []agencyBlock {
	if list.IsUnknown() {
		return nil
	}
	var models []assumeRoleModel
	b.diags.Append(list.ElementsAs(ctx, &models, false)...)
	blocks := make([]agencyBlock, len(models))
	for i, model := range models {
		blocks[i] = agencyBlock{path.Root("assume_role").AtListIndex(i), model}
	}
	return blocks
}

// agencies returns the agencies of the blocks, or the one that only the environment names. If
// there is one block, the environment provides what it leaves out.
func (b *configBuilder) agencies(blocks []agencyBlock) []client.Agency {
	if name, _ := b.first(agencyNameVariables); name != "" && len(blocks) == 0 {
		blocks = []agencyBlock{{at: path.Root("assume_role").AtListIndex(0)}}
	}
	var agencies []client.Agency
	for _, block := range blocks {
		agencies = append(agencies, b.agency(block, len(blocks) == 1))
	}
	return agencies
}

// agency returns the agency of a block.
func (b *configBuilder) agency(block agencyBlock, readsEnvironment bool) client.Agency {
	text := func(name string, argument types.String, variables []string) setting {
		if !readsEnvironment {
			variables = nil
		}
		return b.textAt(block.at.AtName(name), name, argument, variables)
	}
	name := text("agency_name", block.AgencyName, agencyNameVariables)
	domainName := text("domain_name", block.DomainName, agencyDomainNameVariables)
	domainID := text("domain_id", block.DomainID, agencyDomainIDVariables)
	if bothKnown(domainName, domainID) {
		b.fail(domainID.at, "Conflicting agency", "domain_name and domain_id both name the account that delegates. Remove one of them.")
	}
	domainName, domainID = preferID(domainName, domainID)
	if !name.isSet() {
		b.incomplete("Incomplete agency", "Assuming an agency", name)
	}
	if !domainName.isSet() && !domainID.isSet() {
		b.incomplete("Incomplete agency", "Assuming an agency", domainName, domainID)
	}
	return client.Agency{
		Name: name.value, DomainName: domainName.value, DomainID: domainID.value,
		Duration: b.duration(block, readsEnvironment),
	}
}

// duration returns how long the temporary keys of a block live, 0 for the API's default. The
// schema checks the argument.
func (b *configBuilder) duration(block agencyBlock, readsEnvironment bool) time.Duration {
	seconds := int(wholeNumberOrZero(block.Duration))
	if value, variable := b.first(agencyDurationVariables); readsEnvironment && block.Duration.IsNull() && value != "" {
		var err error
		if seconds, err = strconv.Atoi(value); err != nil || seconds < minDuration || seconds > maxDuration {
			b.fail(block.at.AtName("duration"), "Invalid environment variable", "%s must be a number of seconds from %d to %d%s.",
				variable, minDuration, maxDuration, got(value))
		}
	}
	return time.Duration(seconds) * time.Second
}

func describeAgency(agency client.Agency) string {
	if agency.DomainID != "" {
		return fmt.Sprintf("%q of domain ID %q", agency.Name, agency.DomainID)
	}
	return fmt.Sprintf("%q of domain %q", agency.Name, agency.DomainName)
}

// namesAgency reports whether a known argument of a block names an agency or its account.
func (block agencyBlock) namesAgency() bool {
	return slices.ContainsFunc([]types.String{block.AgencyName, block.DomainName, block.DomainID}, func(argument types.String) bool {
		return argument.ValueString() != ""
	})
}
