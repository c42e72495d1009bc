Instance: Provenance-on-behalf-of
InstanceOf: SearchParameter
Usage: #definition
* insert Search(Provenance-on-behalf-of, provenance_on_behalf_of, on-behalf-of, Provenance, reference)
* description = "What an institution contributed"
* target = #Organization
* expression = "Provenance.agent.onBehalfOf"
