package import Authentication

/// Who asks. Named here once more because the API has a kind of the same name, which is meant nowhere in the server.
package typealias UserInfo = Authentication.UserInfo
