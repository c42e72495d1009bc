// What travels from the examining institution to the centre.

Extension: TransportTemperature
Id: transport-temperature
Title: "Transport temperature (运送温度)"
Description: "The temperature at which a specimen travelled."
Context: Specimen
* insert OneValue(Quantity, [[Degrees Celsius (摄氏度)]])
* valueQuantity.value 1..1
* valueQuantity = http://unitsofmeasure.org#Cel

Invariant: county-specimen-rejected
Description: "A specimen that cannot be used says why"
Severity: #error
Expression: "status = 'unsatisfactory' implies condition.exists()"
* insert Zh([[不合格标本应说明原因]])

Profile: CountySharedSpecimen
Parent: CountySpecimen
Id: county-shared-specimen
Title: "Specimen for a shared centre (送检标本)"
Description: "A specimen that was taken at one institution and is analysed at the centre. The barcode follows it all the way."
* insert Published
* obeys county-specimen-rejected
* extension contains TransportTemperature named transportTemperature 0..1
* request 1..* MS
* request ^short = "The order (申请单)"
* status MS
* receivedTime MS
* receivedTime ^short = "When the centre received it (送达时间)"
* collection.collector 1..1 MS
* collection.collector ^short = "Who took it (采集人)"
* condition MS
* condition ^short = "Why it cannot be used (不合格原因)"

Profile: CountyImagingStudy
Parent: ImagingStudy
Id: county-imaging-study
Title: "Imaging study for a shared centre (共享影像)"
Description: "Images that were made at one institution and are read at the centre. What other institutions recognise are the images, never the opinion about them."
* insert Published
* insert ByPattern(identifier, type)
* identifier 1..* MS
* identifier contains accession 1..1 MS
* identifier[accession] ^short = "Accession number (检查号)"
* identifier[accession].type = http://terminology.hl7.org/CodeSystem/v2-0203#ACSN
* identifier[accession].value 1..1
* status MS
* modality 1..* MS
* subject 1..1 MS
* subject only Reference(Patient)
* started 1..1 MS
* started ^short = "When the images were made (检查时间)"
* basedOn 1..* MS
* basedOn ^short = "The order (申请单)"
* endpoint MS
* endpoint ^short = "Where the images are (影像地址)"
* series MS

Profile: CountyEcgRecording
Parent: Media
Id: county-ecg-recording
Title: "ECG recording (心电记录)"
Description: "A recording as the device made it: DICOM, SCP-ECG, HL7 aECG or PDF."
* insert Published
* basedOn 1..* MS
* basedOn ^short = "The order (申请单)"
* subject 1..1 MS
* subject only Reference(Patient)
* created[x] 1..1 MS
* created[x] ^short = "When it was recorded (检查时间)"
* operator MS
* operator ^short = "Who recorded it (操作技师)"
* device MS
* content MS
* content.contentType 1..1
* content ^short = "The recording, or where it is (记录文件)"
