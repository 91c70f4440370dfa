import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  plugins: [vue()],
  build: {
    target: 'es2022',
    // The server's Content-Security-Policy allows our own origin only: nothing may become a data: address.
    assetsInlineLimit: 0,
    // `hotline` is tried by hand far more often than it is released; a readable stack is worth its size on disk, not in the binary.
    sourcemap: false,
    emptyOutDir: true,
  },
  server: {
    proxy: { '/api': process.env.HOTLINE_API ?? 'http://127.0.0.1:8080' },
  },
  test: { environment: 'jsdom', include: ['test/**/*.test.ts'] },
})
