package io.github.ratelimit.benchmarks.http;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** One server in a process of its own, which ends with {@link #close()}. */
final class ServerProcess implements AutoCloseable {

	private final Process process;

	private final int port;

	private final HttpClient client = HttpClient.newHttpClient();

	private ServerProcess(Process process, int port) {
		this.process = process;
		this.port = port;
	}

	static ServerProcess start(Variant variant) throws IOException {
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xms512m", "-Xmx512m",
						"-XX:+UseSerialGC", "-cp", System.getProperty("java.class.path"), HelloServer.class.getName(),
						"--server.port=0", "--spring.main.banner-mode=off", "--server.address=127.0.0.1"));
		command.addAll(variant.arguments());
		Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
		BufferedReader output = new BufferedReader(
				new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
		StringBuilder log = new StringBuilder();
		for (String line = output.readLine(); line != null; line = output.readLine()) {
			if (line.startsWith("port ")) {
				return new ServerProcess(process, Integer.parseInt(line.substring(5)));
			}
			log.append(line).append(System.lineSeparator());
		}
		throw new IOException(variant + " did not start: " + log);
	}

	int port() {
		return this.port;
	}

	/** Returns the processor time that the server has used so far. */
	long cpuNanos() throws IOException, InterruptedException {
		HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + this.port + "/cpu")).build();
		return Long.parseLong(this.client.send(request, HttpResponse.BodyHandlers.ofString()).body());
	}

	@Override
	public void close() {
		this.process.destroy();
	}

}
