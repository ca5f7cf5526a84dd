// Writes the typed views of Sources/KubernetesTypes/Views from the schema files. Run it after a change of them:
// `swift run generate-views Sources/KubernetesTypes/Views`.

import Glibc
import KindTexts
import Schema

guard CommandLine.arguments.count == 2 else {
    print("usage: generate-views FOLDER")
    exit(2)
}
let folder = CommandLine.arguments[1]
let text = UnsafeBufferPointer(start: martlet_kind_text(), count: martlet_kind_text_length())
let catalogue: KindCatalogue
do {
    catalogue = try KindCatalogue(schema: text)
} catch {
    print(error)
    exit(1)
}
let files = ViewFiles(catalogue).files
for file in files {
    guard let handle = fopen(folder + "/" + file.name, "w") else {
        perror(file.name)
        exit(1)
    }
    fputs(file.text, handle)
    fclose(handle)
}
print("wrote \(files.count) files")
