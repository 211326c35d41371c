#!/usr/bin/env bash
# Builds FeishuCoreHRFFI.xcframework on a Mac with Xcode and rustup. Not run where the rest is tested.
set -euo pipefail
cd "$(dirname "$0")"
root=../..
name=libfeishu_corehr_mobile.a
out=$root/target/xcframework
targets=(aarch64-apple-ios aarch64-apple-ios-sim x86_64-apple-ios aarch64-apple-darwin x86_64-apple-darwin)
rustup target add "${targets[@]}"
for target in "${targets[@]}"; do
  cargo build --manifest-path "$root/Cargo.toml" --profile mobile -p feishu-corehr-mobile --target "$target"
done
mkdir -p "$out/simulator" "$out/macos"
built() { echo "$root/target/$1/mobile/$name"; }
lipo -create "$(built aarch64-apple-ios-sim)" "$(built x86_64-apple-ios)" -output "$out/simulator/$name"
lipo -create "$(built aarch64-apple-darwin)" "$(built x86_64-apple-darwin)" -output "$out/macos/$name"
rm -rf FeishuCoreHRFFI.xcframework
headers=Sources/FeishuCoreHRFFI/include
xcodebuild -create-xcframework \
  -library "$(built aarch64-apple-ios)" -headers "$headers" \
  -library "$out/simulator/$name" -headers "$headers" \
  -library "$out/macos/$name" -headers "$headers" \
  -output FeishuCoreHRFFI.xcframework
