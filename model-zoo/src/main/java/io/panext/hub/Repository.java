package io.panext.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What the hub says of a repository.
 *
 * @param name    {@code owner/name}
 * @param commit  what the main branch is at
 * @param licence as the model card states it; empty if it states none
 * @param files   those that lie at its top and have plain names
 */
record Repository(String name, String commit, Optional<String> licence, List<HubFile> files) {

    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");

    /**
     * Reads the hub's answer.
     *
     * @throws HubException if it is not what the hub would say
     */
    static Repository parse(String name, byte[] json) throws HubException {
        try {
            JsonNode answer = JsonMapper.builder().build().readTree(json);
            String commit = answer.path("sha").asText();
            if (!COMMIT.matcher(commit).matches()) {
                throw new IllegalArgumentException("no commit");
            }
            var files = new ArrayList<HubFile>();
            for (JsonNode file : answer.path("siblings")) {
                String path = file.path("rfilename").asText();
                if (HubFile.isPlain(path) && file.path("size").isIntegralNumber()) {
                    files.add(new HubFile(path, file.path("size").longValue(), file.path("lfs").isObject()
                            ? file.path("lfs").path("sha256").asText()
                            : file.path("blobId").asText()));
                }
            }
            JsonNode licence = answer.path("cardData").path("license");
            return new Repository(name, commit, Optional.ofNullable(licence.isArray()
                    ? licence.path(0).textValue()
                    : licence.textValue()), List.copyOf(files));
        } catch (IOException | IllegalArgumentException e) {
            throw new HubException(name, "the answer is not one of the Hugging Face hub: " + e.getMessage(), e);
        }
    }

    Optional<HubFile> file(String file) {
        return files.stream().filter(known -> known.name().equals(file)).findFirst();
    }
}
