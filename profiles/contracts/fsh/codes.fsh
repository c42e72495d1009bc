CodeSystem: CountyContractType
Id: county-contract-type
Title: "County contract (县域协议类型)"
Description: "What a Contract of the county is about; Contract.type."
* insert Codes
* insert C(family-doctor, [[Family-doctor contract]], [[家庭医生签约服务协议]], [[A resident and a family-doctor team agree on services for a term.]])

ValueSet: CountyContractTypeVS
Id: county-contract-type
Title: "County contract (县域协议类型)"
Description: "All codes of the system."
* insert Published
* include codes from system CountyContractType

CodeSystem: ContractState
Id: contract-state
Title: "State of a family-doctor contract (签约状态)"
Description: "The state as the county's people name it. It follows from Contract.status; ConceptMap contract-status-to-state says how."
* insert Codes
* insert C(draft, [[Draft]], [[草拟]], [[Created by the team or the resident, not yet offered for signature.]])
* insert C(pending-sign, [[Waiting for signature]], [[待签约]], [[One party has signed.]])
* insert C(negotiating, [[Negotiating]], [[协商中]], [[The other side changed the terms.]])
* insert C(active, [[In force]], [[已签约]], [[Both parties signed; the contract holds, also after a pause has ended.]])
* insert C(amended, [[Amended]], [[变更]], [[Team or packages changed within the term; the contract stays in force.]])
* insert C(suspended, [[Suspended]], [[暂停]], [[Unreachable, or in dispute.]])
* insert C(renewed, [[Renewed]], [[续约]], [[A later contract took its place.]])
* insert C(expired, [[Expired]], [[到期]], [[The term ended and no contract followed.]])
* insert C(rescinded, [[Ended early]], [[解约]], [[Ended before the end of the term, by agreement or by one side; the reason is stated.]])
* insert C(rejected, [[Rejected]], [[拒签]], [[One side did not want it.]])
* insert C(error, [[Entered in error]], [[作废]], [[Should never have been recorded.]])

ValueSet: ContractStateVS
Id: contract-state
Title: "State of a family-doctor contract (签约状态)"
Description: "All codes of the system."
* insert Published
* include codes from system ContractState

ValueSet: ContractStatusVS
Id: contract-status
Title: "Contract statuses of a family-doctor contract (签约协议状态)"
Description: "The statuses of FHIR that a family-doctor contract may have. `terminated` is the normal end of the term, `cancelled` the abnormal one, `revoked` the agreed early end, `resolved` a contract that was suspended and holds again."
* insert Published
* $contract-status#offered
* $contract-status#executable
* $contract-status#negotiable
* $contract-status#executed
* $contract-status#amended
* $contract-status#disputed
* $contract-status#resolved
* $contract-status#renewed
* $contract-status#terminated
* $contract-status#revoked
* $contract-status#cancelled
* $contract-status#rejected
* $contract-status#entered-in-error

CodeSystem: ContractPackageType
Id: contract-package-type
Title: "Service package type (服务包类型)"
Description: "Whether a package is what every contracted resident is given, or chosen for needs beyond it."
* insert Codes
* insert C(basic, [[Basic package]], [[基础性服务包]], [[Basic medical care and basic public health services.]])
* insert C(personalised, [[Personalised package]], [[个性化服务包]], [[Services beyond the basic ones, by need.]])

ValueSet: ContractPackageTypeVS
Id: contract-package-type
Title: "Service package type (服务包类型)"
Description: "All codes of the system."
* insert Published
* include codes from system ContractPackageType

CodeSystem: ContractStopReason
Id: contract-stop-reason
Title: "Reason for ending a contract (解约原因)"
Description: "Why a contract ended early. Two lists used by vendors, merged; the numbering is this project's own."
* insert Codes
* insert C(1, [[Moved away]], [[迁出]], [[The resident left the area.]])
* insert C(2, [[Unreachable for a year]], [[连续一年无法联系]], [[The team could not reach the resident for a whole year.]])
* insert C(3, [[Refused services for a year]], [[连续一年拒绝服务]], [[The resident refused every service for a whole year.]])
* insert C(4, [[Ended on request]], [[主动解约]], [[The resident or the team ended it.]])
* insert C(5, [[Death]], [[死亡]], [[The resident died.]])
* insert C(6, [[Signed with another team]], [[改签]], [[The resident signed with another team.]])
* insert C(9, [[Other]], [[其他]], [[Another reason; say which.]])

ValueSet: ContractStopReasonVS
Id: contract-stop-reason
Title: "Reason for ending a contract (解约原因)"
Description: "All codes of the system."
* insert Published
* include codes from system ContractStopReason

CodeSystem: ContractTermReason
Id: contract-term-reason
Title: "Reason for a term under a year (不足一年的签约原因)"
Description: "Why a contract is shorter than a year. No national list is known: draft."
* insert Codes
* insert Experimental
* insert C(align-year, [[Aligned with the service year]], [[与服务年度对齐]], [[The contract ends with the service year of the team.]])
* insert C(temporary-resident, [[Temporary resident]], [[短期居住]], [[The resident stays for less than a year.]])
* insert C(team-change, [[Rest of the term with another team]], [[改换团队后的剩余期限]], [[The rest of an earlier contract, with another team.]])
* insert C(other, [[Other]], [[其他]], [[Another reason; say which.]])

ValueSet: ContractTermReasonVS
Id: contract-term-reason
Title: "Reason for a term under a year (不足一年的签约原因)"
Description: "All codes of the system."
* insert Experimental
* include codes from system ContractTermReason

CodeSystem: TeamRole
Id: family-doctor-team-role
Title: "Role in a family-doctor team (家庭医生团队角色)"
Description: "What a member does in the team: clinicians, the public-health physician, and the village doctor or assistant."
* insert Codes
* insert C(leader, [[Team leader]], [[团队长]], [[Answers for the team; named in the agreement with a telephone number.]])
* insert C(general-practitioner, [[General practitioner]], [[全科医生]], [[Family doctor of a township or community centre.]])
* insert C(hospital-general-practitioner, [[Hospital general practitioner]], [[综合医院全科医生]], [[General practitioner of a hospital who signs as a family doctor.]])
* insert C(specialist, [[Specialist]], [[专科医生]], [[Specialist of a primary-care institution or of a hospital.]])
* insert C(seconded-clinician, [[Seconded clinician]], [[下沉医务人员]], [[Clinician of a higher hospital who works here for a time.]])
* insert C(nurse, [[Nurse]], [[护士]], [[Nurse of the team.]])
* insert C(public-health-physician, [[Public-health physician]], [[公共卫生医师]], [[Looks after the public-health services.]])
* insert C(village-doctor, [[Village doctor]], [[乡村医生]], [[Doctor of the village clinic.]])
* insert C(assistant, [[Health assistant]], [[健康管理助理]], [[Supports the team and the residents.]])
* insert C(pharmacist, [[Pharmacist]], [[药师]], [[Pharmacist of the team.]])
* insert C(tcm-physician, [[Physician of Chinese medicine]], [[中医医师]], [[Physician of Chinese medicine.]])

ValueSet: TeamRoleVS
Id: family-doctor-team-role
Title: "Role in a family-doctor team (家庭医生团队角色)"
Description: "All codes of the system."
* insert Published
* include codes from system TeamRole

ValueSet: TeamGeneralPractitionerVS
Id: family-doctor-general-practitioner
Title: "General practitioner of a team (团队全科医生)"
Description: "The roles of which a team has at least one."
* insert Published
* TeamRole#general-practitioner
* TeamRole#hospital-general-practitioner

CodeSystem: SigningPlace
Id: contract-signing-place
Title: "Place of signing (签约场所)"
Description: "Where a contract was signed: at an institution, or where people live and work."
* insert Codes
* insert C(institution, [[Health institution]], [[医疗卫生机构]], [[At the institution of the team.]])
* insert C(home, [[Home]], [[家庭]], [[At the resident's home, often for the whole household.]])
* insert C(community, [[Community or village]], [[社区(村)]], [[In the community or the village.]])
* insert C(agency, [[Government agency]], [[机关]], [[At a government agency, for its staff.]])
* insert C(enterprise, [[Enterprise or public institution]], [[企事业单位]], [[At an employer, for its staff.]])
* insert C(online, [[Online]], [[线上]], [[Over the network.]])

ValueSet: SigningPlaceVS
Id: contract-signing-place
Title: "Place of signing (签约场所)"
Description: "All codes of the system."
* insert Published
* include codes from system SigningPlace

CodeSystem: SigningChannel
Id: contract-signing-channel
Title: "Channel of signing (签约来源)"
Description: "Through which software a contract was signed."
* insert Codes
* insert C(workstation, [[Workstation]], [[工作站]], [[The institution's own system.]])
* insert C(resident-app, [[Resident's app]], [[居民APP]], [[An application of the resident.]])
* insert C(doctor-app, [[Doctor's app]], [[医生APP]], [[A mobile application of the doctor.]])

ValueSet: SigningChannelVS
Id: contract-signing-channel
Title: "Channel of signing (签约来源)"
Description: "All codes of the system."
* insert Published
* include codes from system SigningChannel

CodeSystem: KeyPopulation
Id: key-population
Title: "Key population (重点人群)"
Description: "Groups of residents who are served first. Codes 01 to 22 and 0 as a vendor of primary-care systems has them, those in words as the norms speak of them. Code 03 is 60 years there while national policies speak of 65: the age belongs to the criteria of the Group that uses the code."
* insert Codes
* insert C(0, [[Not a key population]], [[非重点人群]], [[Not a key population.]])
* insert C(01, [[Pregnant or newly delivered woman]], [[孕产妇]], [[Pregnant or newly delivered woman.]])
* insert C(02, [[Child of 0 to 6 years]], [[0~6岁儿童]], [[Child of 0 to 6 years.]])
* insert C(03, [[Older person]], [[老年人]], [[Older person.]])
* insert C(04, [[Hypertension]], [[高血压患者]], [[Hypertension.]])
* insert C(05, [[Type 2 diabetes]], [[2型糖尿病患者]], [[Type 2 diabetes.]])
* insert C(06, [[Severe mental disorder]], [[严重精神障碍患者]], [[Severe mental disorder.]])
* insert C(07, [[Pulmonary tuberculosis]], [[肺结核患者]], [[Pulmonary tuberculosis.]])
* insert C(08, [[Disabled person]], [[残疾人]], [[Disabled person.]])
* insert C(09, [[Special family of family planning]], [[计划生育特殊家庭]], [[Special family of family planning.]])
* insert C(10, [[General healthy population]], [[一般健康人群]], [[General healthy population.]])
* insert C(11, [[Recipient of subsistence allowances]], [[城乡低保对象]], [[Recipient of subsistence allowances.]])
* insert C(12, [[Entitled to special care]], [[重点优抚对象]], [[Entitled to special care.]])
* insert C(13, [[Household lifted out of poverty]], [[脱贫人口]], [[Household lifted out of poverty.]])
* insert C(14, [[Other key population]], [[其他重点人群]], [[Other key population.]])
* insert C(15, [[Child with leukaemia]], [[白血病患儿]], [[Child with leukaemia.]])
* insert C(16, [[Leprosy]], [[麻风病患者]], [[Leprosy.]])
* insert C(17, [[Retired cadre]], [[离休干部]], [[Retired cadre.]])
* insert C(18, [[Special support of family planning]], [[计划生育特别扶助对象]], [[Special support of family planning.]])
* insert C(19, [[Extremely poor]], [[城乡特困人员]], [[Extremely poor.]])
* insert C(20, [[Tumour]], [[肿瘤患者]], [[Tumour.]])
* insert C(21, [[Innovation talent]], [[创新创业人才]], [[Innovation talent.]])
* insert C(22, [[Chronic obstructive pulmonary disease]], [[慢阻肺患者]], [[Chronic obstructive pulmonary disease.]])
* insert C(hypertension-risk, [[High risk of hypertension]], [[高血压高危人群]], [[Not ill, and the pressure is measured twice a year. Who is at high risk, a doctor says.]])

ValueSet: KeyPopulationVS
Id: key-population
Title: "Key population (重点人群)"
Description: "All codes of the system."
* insert Published
* include codes from system KeyPopulation

CodeSystem: CareLink
Id: care-link
Title: "Link of the chain of care (全链条服务环节)"
Description: "Which part of health services a plan covers."
* insert Codes
* insert C(promotion, [[Health promotion]], [[健康促进]], [[Health promotion.]])
* insert C(prevention, [[Prevention]], [[预防]], [[Prevention.]])
* insert C(treatment, [[Treatment]], [[治疗]], [[Treatment.]])
* insert C(rehabilitation, [[Rehabilitation and nursing]], [[康复护理]], [[Rehabilitation and nursing.]])
* insert C(end-of-life, [[End-of-life care]], [[临终关怀]], [[End-of-life care.]])

ValueSet: CareLinkVS
Id: care-link
Title: "Link of the chain of care (全链条服务环节)"
Description: "All codes of the system."
* insert Published
* include codes from system CareLink

CodeSystem: CountyPlanCategory
Id: county-plan-category
Title: "County plan (县域计划类型)"
Description: "What a CarePlan, an EpisodeOfCare or a PlanDefinition of the county is for."
* insert Codes
* insert C(family-doctor-service, [[Family-doctor service]], [[家庭医生签约服务]], [[What a family-doctor team delivers under a contract.]])
* insert C(service-package, [[Service package]], [[签约服务包]], [[The services that a contract promises.]])

ValueSet: CountyPlanCategoryVS
Id: county-plan-category
Title: "County plan (县域计划类型)"
Description: "All codes of the system."
* insert Published
* include codes from system CountyPlanCategory
