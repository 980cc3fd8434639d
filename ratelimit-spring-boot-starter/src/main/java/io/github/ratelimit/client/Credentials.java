package io.github.ratelimit.client;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Finds the secret by which a provider identifies its caller, and returns its hash. The
 * hash of the last secret is cached, as most applications have one. Thread-safe.
 */
final class Credentials {

	/** In lower case, so that Spring's headers need not convert them. */
	private static final String[] HEADERS = { "authorization", "x-api-key", "api-key", "x-goog-api-key" };

	/** Signature Version 4 of AWS. */
	private static final String AWS_SIGNATURE = "AWS4-";

	private static final String AWS_CREDENTIAL = "Credential=";

	private static final int HASH_BYTES = 16;

	/** Represents the hash of a request without a credential. */
	static final String NONE = "none";

	private volatile @Nullable Hashed last;

	/**
	 * Returns the hash of a request's credential.
	 * @return 32 hexadecimal digits, {@code none} if the request carries no credential
	 */
	String hash(URI uri, Function<String, @Nullable String> headers) {
		String secret = find(uri, headers);
		if (secret == null) {
			return NONE;
		}
		Hashed last = this.last;
		if (last == null || !last.secret().equals(secret)) {
			last = new Hashed(secret, digest(secret));
			this.last = last;
		}
		return last.hash();
	}

	/**
	 * Returns the hash of the credential of the last request that carried one.
	 * @return 32 hexadecimal digits, {@code none} if no request has carried any
	 */
	String lastHash() {
		Hashed last = this.last;
		return (last != null) ? last.hash() : NONE;
	}

	private static String digest(String secret) {
		try {
			byte[] digest = MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8));
			return HexFormat.of().formatHex(digest, 0, HASH_BYTES);
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException("Every Java platform has SHA-256", ex);
		}
	}

	private static @Nullable String find(URI uri, Function<String, @Nullable String> headers) {
		for (String header : HEADERS) {
			String value = headers.apply(header);
			if (value != null && !value.isEmpty()) {
				return value.startsWith(AWS_SIGNATURE) ? accessKeyId(value) : value;
			}
		}
		return queryKey(uri.getRawQuery());
	}

	/** The signature is another one in every request. */
	private static String accessKeyId(String signature) {
		int start = signature.indexOf(AWS_CREDENTIAL) + AWS_CREDENTIAL.length();
		int end = signature.indexOf('/', start);
		return (start < AWS_CREDENTIAL.length() || end < 0) ? signature : signature.substring(start, end);
	}

	/** Google's APIs take the key as a parameter, too. */
	private static @Nullable String queryKey(@Nullable String query) {
		if (query == null) {
			return null;
		}
		int start = query.startsWith("key=") ? 0 : query.indexOf("&key=") + 1;
		if (!query.startsWith("key=", start)) {
			return null;
		}
		int end = query.indexOf('&', start);
		return query.substring(start + 4, (end < 0) ? query.length() : end);
	}

	/** A secret and its hash. */
	private record Hashed(String secret, String hash) {

		/** The text that a record has by itself would show the secret. */
		@Override
		public String toString() {
			return this.hash;
		}

	}

}
