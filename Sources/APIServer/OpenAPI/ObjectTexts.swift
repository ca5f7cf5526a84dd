/// What is said of the members that every object has.
enum ObjectTexts {
    static let apiVersion = "APIVersion defines the group and version in which the object is written."
    static let kind = "Kind says what the object is, in CamelCase."
    static let metadata = "Standard object's metadata."

    /// Texts of the fields of `ObjectMeta`.
    static let metadataFields = [
        "annotations": "Annotations hold what tools and people note about the object; nothing is selected by them.",
        "creationTimestamp": "CreationTimestamp is a timestamp that the server sets when the object is made.",
        "deletionGracePeriodSeconds": "How many seconds the object has for its end, once its deletion was asked for.",
        "deletionTimestamp": "When the object is to be gone, once its deletion was asked for; set by the server.",
        "finalizers": "Who has to do something before the object may go. Each takes its own entry away.",
        "generateName": "How a name begins that the server makes up when none is given.",
        "generation": "Counts the changes of what is wanted; set by the server.",
        "labels": "Labels tell what the object belongs to; objects are selected by them.",
        "managedFields": "Who stated which fields last, and how.",
        "name": "The name, unique among the objects of a kind in a namespace. It never changes.",
        "namespace": "The namespace in which the name is unique.",
        "ownerReferences": "The objects to which this one belongs; it goes when all of them are gone.",
        "resourceVersion": "Tells one state of the object from another. Clients compare it, and read nothing else out of it.",
        "selfLink": "No longer set.",
        "uid": "Tells the object from all others at all times; set by the server.",
    ]
}
