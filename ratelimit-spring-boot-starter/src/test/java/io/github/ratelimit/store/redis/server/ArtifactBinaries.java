package io.github.ratelimit.store.redis.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.jspecify.annotations.Nullable;

/** The redis-servers in the embedded-redis artifact. */
final class ArtifactBinaries {

	private static final String CLASS_OF_THE_ARTIFACT = "redis/embedded/RedisServer.class";

	private static @Nullable List<Path> unpacked;

	private ArtifactBinaries() {
	}

	/**
	 * Returns those that may run here, the best first; none if there are none for this
	 * machine.
	 */
	static synchronized List<Path> forThisMachine() {
		if (unpacked == null) {
			unpacked = unpack();
		}
		return unpacked;
	}

	private static List<Path> unpack() {
		URL url = ArtifactBinaries.class.getClassLoader().getResource(CLASS_OF_THE_ARTIFACT);
		if (url == null) {
			throw new IllegalStateException("com.github.codemonstur:embedded-redis is not on the class path");
		}
		try (JarFile jar = open(url)) {
			Path directory = Leftovers.directory("binaries");
			List<Path> binaries = new ArrayList<>();
			for (String platform : platforms()) {
				for (JarEntry entry : jar.stream().toList()) {
					if (entry.getName().matches("redis-server-.*-" + platform)) {
						binaries.add(unpack(jar, entry, directory));
					}
				}
			}
			return binaries;
		}
		catch (IOException ex) {
			throw new UncheckedIOException("Cannot unpack a redis-server of " + url, ex);
		}
	}

	private static JarFile open(URL url) throws IOException {
		JarURLConnection connection = (JarURLConnection) url.openConnection();
		connection.setUseCaches(false);
		return connection.getJarFile();
	}

	private static Path unpack(JarFile jar, JarEntry entry, Path directory) throws IOException {
		Path binary = directory.resolve(entry.getName());
		try (InputStream content = jar.getInputStream(entry)) {
			Files.copy(content, binary);
		}
		if (!binary.toFile().setExecutable(true)) {
			throw new IOException("Cannot make " + binary + " executable");
		}
		return binary;
	}

	/**
	 * The 32-bit one for Linux is linked statically: it runs without OpenSSL 3, which the
	 * other needs.
	 */
	private static List<String> platforms() {
		String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
		boolean arm = System.getProperty("os.arch").equals("aarch64");
		if (os.contains("linux")) {
			return arm ? List.of("linux-arm64") : List.of("linux-amd64", "linux-386");
		}
		if (os.contains("mac")) {
			return arm ? List.of("darwin-arm64", "darwin-amd64") : List.of("darwin-amd64");
		}
		return List.of();
	}

}
