// Writes the typed views of Sources/KubernetesTypes/Views from the schema files. Run it after a change of them:
// `swift run generate-views Sources/KubernetesTypes/Views Tests/KubernetesTypesTests/Views`.

import Glibc
import KindTexts
import Schema

guard CommandLine.arguments.count == 3 else {
    print("usage: generate-views FOLDER FOLDER-OF-TESTS")
    exit(2)
}
let text = UnsafeBufferPointer(start: martlet_kind_text(), count: martlet_kind_text_length())
let catalogue: KindCatalogue
do {
    catalogue = try KindCatalogue(schema: text)
} catch {
    print(error)
    exit(1)
}
let views = ViewFiles(catalogue)
for (folder, files) in zip(CommandLine.arguments.dropFirst(), [views.files, views.copies]) {
    for file in files {
        guard let handle = fopen(folder + "/" + file.name, "w") else {
            perror(file.name)
            exit(1)
        }
        fputs(file.text, handle)
        fclose(handle)
    }
    print("wrote \(files.count) files")
}
